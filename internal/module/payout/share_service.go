package payout

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/pay"
)

// SharesAtOnce is how many requests of a plan one transaction keeps.
const SharesAtOnce = 200

// KeepShares writes requests of a plan. They count once the plan does: a plan is longer
// than one transaction may last.
func (s *Service) KeepShares(ctx context.Context, tx *db.Tx, plan id.ID, shares []Share) (err error) {
	defer fault.Wrap(&err, "payout: keep shares")
	return insertShares(ctx, tx, plan, shares, tx.Now)
}

// KeepPlan makes a plan count, of which the requests are kept. A batch has one.
func (s *Service) KeepPlan(ctx context.Context, tx *db.Tx, p Plan) (err error) {
	defer fault.Wrap(&err, "payout: keep a plan")
	var n int
	if err := db.One(ctx, tx, &n, "SELECT count(*) FROM payout_plan WHERE community_id = ? AND batch_id = ?", tx.Community[:], p.Batch[:]); err != nil {
		return err
	}
	if n > 0 {
		return ErrPlanned
	}
	var carried, recovered [][]any
	for place, c := range p.Carried {
		carried = append(carried, []any{tx.Community[:], p.Batch[:], place, string(c.Provider), string(c.Kind), c.ID[:], int64(c.Amount), string(c.Why)})
	}
	for _, x := range p.Recovered {
		recovered = append(recovered, []any{tx.Community[:], x.Item[:], x.Shop[:], int64(x.Amount)})
	}
	_, err = tx.Exec(ctx, "INSERT INTO payout_plan (community_id, batch_id, plan_id, planned_at) VALUES (?, ?, ?, ?)", tx.Community[:], p.Batch[:], p.ID[:], tx.Now.UnixMicro())
	return errors.Join(err,
		insert(ctx, tx, "INSERT INTO payout_carried (community_id, batch_id, place, provider, owner_kind, owner_id, amount, why) VALUES ", carried),
		insert(ctx, tx, "INSERT INTO payout_recovered (community_id, item_id, shop_id, amount) VALUES ", recovered))
}

// SendShare notes that the provider is being asked. brings is what a release brings.
func (s *Service) SendShare(ctx context.Context, tx *db.Tx, x *Share, brings money.Amount) error {
	if x.Sent != nil || x.End != nil {
		return ErrSettled
	}
	_, err := tx.Exec(ctx, "INSERT INTO payout_share_sent (community_id, share_id, brings, sent_at) VALUES (?, ?, ?, ?)", tx.Community[:], x.ID[:], int64(brings), tx.Now.UnixMicro())
	if err == nil {
		x.Sent = &ShareSent{brings, tx.Now}
	}
	return err
}

// NotePart notes how a part ended, done or closed. To be told again changes nothing.
func (s *Service) NotePart(ctx context.Context, tx *db.Tx, x *Share, place int, state pay.State, reason string, at time.Time) error {
	p := &x.Parts[place]
	if p.State != pay.Pending || state != pay.Done && state != pay.Closed {
		return nil
	}
	if at.IsZero() {
		at = tx.Now
	}
	_, err := tx.Exec(ctx, "INSERT INTO payout_part_end (community_id, share_id, place, kind, reason, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], place, string(state), reason, at.UnixMicro())
	if err == nil {
		p.State, p.Reason, p.At = state, reason, at
	}
	return err
}

// EndShare notes how a request ended. What failed closes its parts; the provider is not
// asked again.
func (s *Service) EndShare(ctx context.Context, tx *db.Tx, x *Share, e ShareEnd) (err error) {
	defer fault.Wrap(&err, "payout: end share %s", x.ID)
	if x.End != nil {
		return ErrSettled
	}
	for place := range x.Parts {
		if x.Parts[place].State != pay.Pending {
			continue
		}
		if e.Kind != ShareFailed {
			return ErrSettled // a part is under way
		}
		if err := s.NotePart(ctx, tx, x, place, pay.Closed, e.Reason, tx.Now); err != nil {
			return err
		}
	}
	e.At = tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO payout_share_end (community_id, share_id, kind, number, reason, brought, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], string(e.Kind), e.Number, e.Reason, int64(e.Brought), e.At.UnixMicro()); err != nil {
		return err
	}
	x.End = &e
	return s.AskShare(ctx, tx, x.ID, time.Time{})
}

// AskShare puts off when the provider is asked about a request; the zero time: never again.
func (s *Service) AskShare(ctx context.Context, tx *db.Tx, share id.ID, at time.Time) error {
	if at.IsZero() {
		_, err := tx.Exec(ctx, "DELETE FROM payout_share_due WHERE community_id = ? AND share_id = ?", tx.Community[:], share[:])
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE payout_share_due SET due_at = ?, tries = tries + 1 WHERE community_id = ? AND share_id = ?", at.UnixMicro(), tx.Community[:], share[:])
	return err
}

// Wait puts off an item whose requests are under way, or not planned yet: nobody was asked.
func (s *Service) Wait(ctx context.Context, tx *db.Tx, item id.ID, at time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE payout_due SET due_at = ? WHERE community_id = ? AND item_id = ?", at.UnixMicro(), tx.Community[:], item[:])
	return err
}

// NoteOver notes that a shop got more than it should have.
func (s *Service) NoteOver(ctx context.Context, tx *db.Tx, o Over) error {
	if o.Amount <= 0 {
		return nil
	}
	o.ID = tx.NewID()
	_, err := tx.Exec(ctx, "INSERT INTO payout_over (community_id, id, shop_id, cause, cause_id, amount, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], o.Shop[:], string(o.Cause), o.Of[:], int64(o.Amount), tx.Now.UnixMicro())
	return err
}

// Overs lists what shops got more than they should have, the latest first.
func (s *Service) Overs(ctx context.Context, r db.Reader, community id.ID) (all []Over, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var o Over
		var at int64
		err := rows.Scan(&o.ID, &o.Shop, &o.Cause, &o.Of, &o.Amount, &at)
		o.At = micros(at)
		all = append(all, o)
		return err
	}, "SELECT id, shop_id, cause, cause_id, amount, noted_at FROM payout_over WHERE community_id = ? ORDER BY id DESC", community[:])
	return all, err
}

// ToRecover is what each shop got more than it should have and has not been set against an
// item of it.
func (s *Service) ToRecover(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]money.Amount, error) {
	left := make(map[id.ID]money.Amount)
	for sign, query := range map[money.Amount]string{
		1:  "SELECT shop_id, CAST(sum(amount) AS BIGINT) FROM payout_over WHERE community_id = ? GROUP BY shop_id",
		-1: "SELECT shop_id, CAST(sum(amount) AS BIGINT) FROM payout_recovered WHERE community_id = ? GROUP BY shop_id",
	} {
		if err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var shop id.ID
			var v money.Amount
			err := rows.Scan(&shop, &v)
			left[shop] += sign * v
			return err
		}, query, community[:]); err != nil {
			return nil, err
		}
	}
	for shop, v := range left {
		if v <= 0 {
			delete(left, shop)
		}
	}
	return left, nil
}

// AskReturn notes that a receiver will be asked to give a part back.
func (s *Service) AskReturn(ctx context.Context, tx *db.Tx, x Return) (err error) {
	x.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO payout_give_back (community_id, id, refund_id, payment_id, share_id, place, amount, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], x.Refund[:], x.Payment[:], x.Share[:], x.Place, int64(x.Amount), tx.Now.UnixMicro())
	return err
}

// EndReturn notes how a return ended. To be told again changes nothing.
func (s *Service) EndReturn(ctx context.Context, tx *db.Tx, x *Return, state pay.State, reason string) error {
	if x.End != nil {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO payout_give_back_end (community_id, give_back_id, kind, reason, ended_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], string(state), reason, tx.Now.UnixMicro())
	if err == nil {
		x.End = &ReturnEnd{state, reason, tx.Now}
	}
	return err
}

// Returns lists what receivers of a payment's shares were asked to give back, the first
// first.
func (s *Service) Returns(ctx context.Context, r db.Reader, community, payment id.ID) ([]Return, error) {
	return returns(ctx, r, community, "g.payment_id = ?", payment[:])
}

func returns(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Return, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Return
		var kind, reason sql.NullString
		var at sql.NullInt64
		if err := rows.Scan(&x.ID, &x.Refund, &x.Payment, &x.Share, &x.Place, &x.Amount, &kind, &reason, &at); err != nil {
			return err
		}
		if kind.Valid {
			x.End = &ReturnEnd{pay.State(kind.String), reason.String, micros(at.Int64)}
		}
		all = append(all, x)
		return nil
	}, `SELECT g.id, g.refund_id, g.payment_id, g.share_id, g.place, g.amount, e.kind, e.reason, e.ended_at FROM payout_give_back g
		LEFT JOIN payout_give_back_end e ON e.community_id = g.community_id AND e.give_back_id = g.id WHERE g.community_id = ? AND `+where+" ORDER BY g.id", append([]any{community[:]}, args...)...)
	return all, err
}

// NoteBorne notes what a shop's account paid of a refund.
func (s *Service) NoteBorne(ctx context.Context, tx *db.Tx, b Borne) error {
	_, err := tx.Exec(ctx, "INSERT INTO payout_borne (community_id, refund_id, payment_id, shop_id, taken, amount, seq, noted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.Refund[:], b.Payment[:], b.Shop[:], int64(b.Taken), int64(b.Amount), b.Seq, tx.Now.UnixMicro())
	return err
}

// BorneOf lists what a shop's account paid of the refunds of a payment.
func (s *Service) BorneOf(ctx context.Context, r db.Reader, community, payment id.ID) ([]Borne, error) {
	return borne(ctx, r, community, "payment_id = ?", payment[:])
}

// AllBorne lists what shops' accounts paid of refunds, for those who verify and plan.
func (s *Service) AllBorne(ctx context.Context, r db.Reader, community id.ID) ([]Borne, error) {
	return borne(ctx, r, community, "1 = 1")
}

func borne(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Borne, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Borne
		var at int64
		err := rows.Scan(&b.Refund, &b.Payment, &b.Shop, &b.Taken, &b.Amount, &b.Seq, &at)
		b.At = micros(at)
		all = append(all, b)
		return err
	}, "SELECT refund_id, payment_id, shop_id, taken, amount, seq, noted_at FROM payout_borne WHERE community_id = ? AND "+where+" ORDER BY refund_id", append([]any{community[:]}, args...)...)
	return all, err
}
