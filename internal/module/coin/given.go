package coin

import (
	"context"
	"database/sql"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
)

// Refusals of gifts, grants and donations, in the order in which they are checked.
var (
	ErrNobody    = fault.New(fault.Invalid, "coin.nobody")
	ErrOneself   = fault.New(fault.Invalid, "coin.oneself")
	ErrBadWords  = fault.New(fault.Invalid, "coin.bad_words")   // details: most
	ErrNoReason  = fault.New(fault.Invalid, "coin.no_reason")   // details: most
	ErrShort     = fault.New(fault.Conflict, "coin.short")      // details: has
	ErrGiftMonth = fault.New(fault.Conflict, "coin.gift_month") // details: left
	ErrGrantMax  = fault.New(fault.Conflict, "coin.grant_max")  // details: left
	ErrPotShort  = fault.New(fault.Conflict, "coin.pot_short")  // details: has
	ErrNoGrant   = fault.New(fault.NotFound, "coin.no_grant")
	ErrEnded     = fault.New(fault.Conflict, "coin.grant_ended")
	ErrSamePair  = fault.New(fault.Forbidden, "coin.two_eyes") // who asked for a grant, or gets it, does not agree to it
)

// wordsMost bounds what is said with a gift, a reason, a purpose.
const wordsMost = 300

// Gift is hours that a member gave away.
type Gift struct {
	ID    id.ID
	From  id.ID
	To    id.ID // zero: the common pot
	Coins money.Amount
	Words string
	Month period.Month
	Seq   int64
	At    time.Time
}

// Validate refuses a gift that says nothing that could be given.
func (g *Gift) Validate() error {
	switch {
	case g.Coins <= 0:
		return ErrBadAmount.On("coins")
	case g.From == g.To:
		return ErrOneself.On("to")
	case !text.ShortProse(g.Words, wordsMost):
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	return nil
}

// Give notes a gift.
func (s *Service) Give(ctx context.Context, tx *db.Tx, g Gift) (err error) {
	defer fault.Wrap(&err, "coin: give")
	_, err = tx.Exec(ctx, "INSERT INTO coin_gift (community_id, id, from_id, to_id, coins, words, month, seq, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], g.ID[:], g.From[:], g.To[:], int64(g.Coins), g.Words, int64(g.Month), g.Seq, tx.Now.UnixMicro())
	return err
}

// GiftByID finds a gift, nil if there is none.
func (s *Service) GiftByID(ctx context.Context, r db.Reader, community, gift id.ID) (*Gift, error) {
	all, err := readGifts(ctx, r, community, "id = ?", gift[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// GiftsOf lists what a member gave and got, the latest first.
func (s *Service) GiftsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]*Gift, error) {
	return readGifts(ctx, r, community, "(from_id = ? OR to_id = ?) ORDER BY given_at DESC, id DESC LIMIT ?", member[:], member[:], openMost)
}

// Gifts lists all gifts, the oldest first.
func (s *Service) Gifts(ctx context.Context, r db.Reader, community id.ID) ([]*Gift, error) {
	return readGifts(ctx, r, community, "1 = 1 ORDER BY seq")
}

func readGifts(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Gift, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Gift
		var at int64
		err := rows.Scan(&g.ID, &g.From, &g.To, &g.Coins, &g.Words, &g.Month, &g.Seq, &at)
		g.At = micros(at)
		all = append(all, &g)
		return err
	}, "SELECT id, from_id, to_id, coins, words, month, seq, given_at FROM coin_gift WHERE community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	return all, err
}

// GivenIn is what a member gave to neighbours in a month; the common pot takes any amount.
func (s *Service) GivenIn(ctx context.Context, r db.Reader, community, from id.ID, m period.Month) (money.Amount, error) {
	n, err := number(ctx, r, "SELECT CAST(COALESCE(sum(coins), 0) AS BIGINT) FROM coin_gift WHERE community_id = ? AND from_id = ? AND month = ? AND to_id <> ?",
		community[:], from[:], int64(m), make([]byte, len(id.ID{})))
	return money.Amount(n), err
}

// Donation is what a shop gave the pool.
type Donation struct {
	ID    id.ID
	Shop  id.ID
	Coins money.Amount
	Words string
	Seq   int64
	At    time.Time
	By    id.ID
}

// Validate refuses a donation that gives nothing.
func (d *Donation) Validate() error {
	switch {
	case d.Coins <= 0:
		return ErrBadAmount.On("coins")
	case !text.ShortProse(d.Words, wordsMost):
		return ErrBadWords.On("words").With("most", wordsMost)
	}
	return nil
}

// Donate notes a donation.
func (s *Service) Donate(ctx context.Context, tx *db.Tx, d Donation) (err error) {
	defer fault.Wrap(&err, "coin: donate")
	_, err = tx.Exec(ctx, "INSERT INTO coin_donation (community_id, id, shop_id, coins, words, seq, given_at, given_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], d.Shop[:], int64(d.Coins), d.Words, d.Seq, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// DonationByID finds a donation, nil if there is none.
func (s *Service) DonationByID(ctx context.Context, r db.Reader, community, donation id.ID) (*Donation, error) {
	all, err := readDonations(ctx, r, community, "id = ?", donation[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// DonationsOf lists what a shop gave, the latest first.
func (s *Service) DonationsOf(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Donation, error) {
	return readDonations(ctx, r, community, "shop_id = ? ORDER BY given_at DESC, id DESC LIMIT ?", shop[:], openMost)
}

// Donations lists what shops gave, the latest first.
func (s *Service) Donations(ctx context.Context, r db.Reader, community id.ID) ([]*Donation, error) {
	return readDonations(ctx, r, community, "1 = 1 ORDER BY given_at DESC, id DESC LIMIT ?", openMost)
}

func readDonations(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Donation, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Donation
		var at int64
		err := rows.Scan(&d.ID, &d.Shop, &d.Coins, &d.Words, &d.Seq, &at, &d.By)
		d.At = micros(at)
		all = append(all, &d)
		return err
	}, "SELECT id, shop_id, coins, words, seq, given_at, given_by FROM coin_donation WHERE community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	return all, err
}

// Lapsed reports whether a member's hours of a month were looked at for T-14.
func (s *Service) Lapsed(ctx context.Context, r db.Reader, community, member id.ID, m period.Month) (bool, error) {
	return exists(ctx, r, "SELECT count(*) FROM coin_lapse WHERE community_id = ? AND month = ? AND member_id = ?", community[:], int64(m), member[:])
}

// Lapse notes what went to the pool.
func (s *Service) Lapse(ctx context.Context, tx *db.Tx, member id.ID, m period.Month, coins money.Amount, seq int64) (err error) {
	defer fault.Wrap(&err, "coin: lapse")
	_, err = tx.Exec(ctx, "INSERT INTO coin_lapse (community_id, month, member_id, coins, seq) VALUES (?, ?, ?, ?, ?)", tx.Community[:], int64(m), member[:], int64(coins), seq)
	return err
}

// Forget takes out what was said with a member's gifts and why she was granted hours; the
// amounts stay under a pseudonym that leads to nobody.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, member id.ID) (err error) {
	defer fault.Wrap(&err, "coin: forget")
	if _, err = tx.Exec(ctx, "UPDATE coin_gift SET words = '' WHERE community_id = ? AND (from_id = ? OR to_id = ?)", tx.Community[:], member[:], member[:]); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE coin_grant SET reason = '' WHERE community_id = ? AND member_id = ?", tx.Community[:], member[:])
	return err
}
