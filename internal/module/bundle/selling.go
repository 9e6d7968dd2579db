package bundle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Order takes one of a bundle for a member who will pay for it, if there is one left and
// she has not had hers. A refusal has changed nothing.
func (s *Service) Order(ctx context.Context, tx *db.Tx, b *Bundle, member id.ID, today period.Day) (_ *Sale, err error) {
	defer fault.Wrap(&err, "bundle: order of %s", b.ID)
	if b.State(today) != pact.Running {
		return nil, ErrNotOnSale
	}
	taken, err := s.taken(ctx, tx, b.ID)
	if err != nil {
		return nil, err
	}
	if taken >= b.Total {
		return nil, ErrSoldOut
	}
	var mine int
	if err := db.One(ctx, tx, &mine, `SELECT count(*) FROM bundle_sale s LEFT JOIN bundle_drop d ON d.community_id = s.community_id AND d.sale_id = s.id
		WHERE s.community_id = ? AND s.member_id = ? AND s.bundle_id = ? AND d.sale_id IS NULL`, tx.Community[:], member[:], b.ID[:]); err != nil {
		return nil, err
	}
	if mine >= b.PerPerson {
		return nil, ErrHadYours.With("most", b.PerPerson)
	}
	sale := Sale{ID: tx.NewID(), Of: b, Member: member, Price: b.Price, Gift: b.Gift, PromisedIn: today.Month(), OrderedAt: tx.Now}
	if _, err := tx.Exec(ctx, "INSERT INTO bundle_sale (community_id, id, bundle_id, member_id, price, gift, promised_in, ordered_at, ordered_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], sale.ID[:], b.ID[:], member[:], int64(sale.Price), int64(sale.Gift), int64(sale.PromisedIn), tx.Now.UnixMicro(), tx.Actor.ID[:]); err != nil {
		return nil, err
	}
	return &sale, s.count(ctx, tx, b.ID, taken, 1)
}

// taken is how many of a bundle are ordered and not dropped.
func (s *Service) taken(ctx context.Context, tx *db.Tx, bundle id.ID) (n int, err error) {
	err = db.One(ctx, tx, &n, "SELECT taken FROM bundle_count WHERE community_id = ? AND bundle_id = ?", tx.Community[:], bundle[:])
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// count writes how many are taken now.
func (s *Service) count(ctx context.Context, tx *db.Tx, bundle id.ID, taken, more int) error {
	n, err := tx.Exec(ctx, "UPDATE bundle_count SET taken = ? WHERE community_id = ? AND bundle_id = ?", taken+more, tx.Community[:], bundle[:])
	if err == nil && n == 0 {
		_, err = tx.Exec(ctx, "INSERT INTO bundle_count (community_id, bundle_id, taken) VALUES (?, ?, ?)", tx.Community[:], bundle[:], taken+more)
	}
	return err
}

// Drop notes that an order was not paid for, and gives its place back.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, sale *Sale, why string) (err error) {
	defer fault.Wrap(&err, "bundle: drop %s", sale.ID)
	if !sale.Open() {
		return ErrSettled
	}
	if _, err := tx.Exec(ctx, "INSERT INTO bundle_drop (community_id, sale_id, why, dropped_at) VALUES (?, ?, ?, ?)", tx.Community[:], sale.ID[:], why, tx.Now.UnixMicro()); err != nil {
		return err
	}
	sale.Dropped = &Dropped{Why: why, At: tx.Now}
	taken, err := s.taken(ctx, tx, sale.Of.ID)
	if err != nil {
		return err
	}
	return s.count(ctx, tx, sale.Of.ID, taken, -1)
}

// Begin notes that entry seq booked the price: its parts may be used before until, and
// each gets a number to say at its shop.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, sale *Sale, seq int64, until time.Time) (err error) {
	defer fault.Wrap(&err, "bundle: begin %s", sale.ID)
	if !sale.Open() {
		return ErrSettled
	}
	if _, err := tx.Exec(ctx, "INSERT INTO bundle_begin (community_id, sale_id, seq, until, begun_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], sale.ID[:], seq, until.UnixMicro(), tx.Now.UnixMicro()); err != nil {
		return err
	}
	sale.Begun = &Begun{Seq: seq, Until: until, At: tx.Now}
	for part := range sale.Of.Parts {
		code, err := freeCode(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO bundle_code (community_id, sale_id, part, code) VALUES (?, ?, ?, ?)", tx.Community[:], sale.ID[:], part, code); err != nil {
			return err
		}
		sale.Codes = append(sale.Codes, code)
	}
	_, err = tx.Exec(ctx, "INSERT INTO bundle_due (community_id, sale_id, due_at) VALUES (?, ?, ?)", tx.Community[:], sale.ID[:], until.UnixMicro())
	return err
}

// CodeDigits is how long the number of a part is: another length than a payment code's.
const CodeDigits = 10

// freeCode is a number that no part of the community has.
func freeCode(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		b := tx.NewSecret()
		n := uint64(0)
		for _, x := range b[:8] {
			n = n<<8 | uint64(x)
		}
		code, taken := fmt.Sprint(1_000_000_000+n%9_000_000_000), 0
		if err := db.One(ctx, tx, &taken, "SELECT count(*) FROM bundle_code WHERE community_id = ? AND code = ?", tx.Community[:], code); err != nil || taken == 0 {
			return code, err
		}
	}
	return "", errors.New("no number is free")
}

// Taking is how a shop took a part.
type Taking struct {
	Shop     id.ID
	Seq      int64  // of the purchase
	Released int64  // the entry that let its money go
	Token    string // of the form; the same again takes nothing
}

// Use notes that a shop took a use that MayUse found in the same transaction.
func (s *Service) Use(ctx context.Context, tx *db.Tx, sale *Sale, at Slot, t Taking) (err error) {
	defer fault.Wrap(&err, "bundle: use of %s", sale.ID)
	if _, err := sale.MayUse(at.Part, t.Shop, tx.Now); err != nil {
		return err
	}
	return s.end(ctx, tx, sale, Gone{Slot: at, What: Used, Shop: t.Shop, Seq: t.Seq, Released: t.Released}, t.Token)
}

// Back notes that entry seq gave the money of uses back.
func (s *Service) Back(ctx context.Context, tx *db.Tx, sale *Sale, of []Slot, seq int64) (err error) {
	defer fault.Wrap(&err, "bundle: money of %s goes back", sale.ID)
	if sale.Begun == nil {
		return ErrNotPaid
	}
	for _, at := range of {
		if err := s.end(ctx, tx, sale, Gone{Slot: at, What: Back, Seq: seq, Released: -1}, ""); err != nil {
			return err
		}
	}
	return nil
}

// end writes what became of a use; nothing is ever due of a sale of which nothing is
// left.
func (s *Service) end(ctx context.Context, tx *db.Tx, sale *Sale, g Gone, token string) error {
	if sale.gone(g.Slot) != nil {
		return ErrUsedUp
	}
	g.Share, g.By, g.At = sale.Worth([]Slot{g.Slot}), tx.Actor.String(), tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO bundle_gone (community_id, sale_id, part, n, what, share, shop_id, seq, released, token, gone_by, gone_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], sale.ID[:], g.Part, g.N, string(g.What), int64(g.Share), g.Shop[:], g.Seq, g.Released, token, g.By, g.At.UnixMicro()); err != nil {
		return err
	}
	sale.Gone = append(sale.Gone, g)
	if len(sale.Left(-1)) > 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "DELETE FROM bundle_due WHERE community_id = ? AND sale_id = ?", tx.Community[:], sale.ID[:])
	return err
}
