package flow

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/charter"
	"gongyi/internal/module/draw"
	"gongyi/internal/module/member"
	"gongyi/internal/module/merchant"
	"gongyi/internal/platform/db"
)

// What a draw publishes, as records in the evidence log (E5, L7).

// DrawPromise is published when a draw is opened, before anybody enters.
type DrawPromise struct {
	Draw     id.ID     `json:"draw"`
	Title    string    `json:"title"`
	SeedHash string    `json:"seed_hash"` // SHA-256 of the seed, hexadecimal like what follows
	ClosesAt time.Time `json:"closes_at"`
	Bags     []DrawBag `json:"bags"`
}

// DrawBag is so many bags of one kind.
type DrawBag struct {
	Kind  string       `json:"kind"`
	Name  string       `json:"name"`
	Count int          `json:"count"`
	Worth money.Amount `json:"worth_fen"`
}

// DrawList is published when the entries have ended.
type DrawList struct {
	Draw    id.ID  `json:"draw"`
	Entries int    `json:"entries"`
	List    string `json:"list_hash"`
}

// DrawDrawn is published with the winners: everything that somebody needs who does it
// again.
type DrawDrawn struct {
	Draw    id.ID    `json:"draw"`
	Seed    string   `json:"seed"`
	Size    int64    `json:"log_size"` // entries, the list's record the last of them
	Root    string   `json:"log_root"`
	Winners []string `json:"winners"` // tickets in the order of the bags
}

// DrawOff is published when a draw is called off.
type DrawOff struct {
	Draw   id.ID  `json:"draw"`
	Reason string `json:"reason"`
}

// drawPrefix begins the keys of what draws publish and give.
const drawPrefix = "~draw:"

func drawKey(d id.ID, what string) string { return drawPrefix + d.String() + "/" + what }

// OpenDraw opens a draw: the seed is made and sealed, its hash published. The same form
// again changes nothing.
func (f *Flows) OpenDraw(ctx context.Context, community id.ID, actor db.Actor, d draw.Draw, token string) (opened *draw.Draw, err error) {
	defer fault.Wrap(&err, "open a draw")
	_, err = f.Once(ctx, community, actor, token, func(tx *db.Tx) error {
		v, err := f.inForce(ctx, tx, tx.Now)
		if err != nil {
			return err
		}
		made := d
		if err := made.Validate(&v.Params.Promotions, tx.Now); err != nil {
			return err
		}
		made.CollectDays = v.Params.DrawCollect
		promise := DrawPromise{Title: made.Title, ClosesAt: made.ClosesAt.UTC()}
		for _, b := range made.Bags {
			promise.Bags = append(promise.Bags, DrawBag{string(b.Kind), b.Name, b.Count, b.Worth})
		}
		if !made.Shop.IsZero() {
			if _, err := f.takingPart(ctx, tx, made.Shop); err != nil {
				return err
			}
		}
		seed := f.Draws.Begin(tx, &made)
		promise.Draw, promise.SeedHash = made.ID, hex.EncodeToString(made.SeedHash[:])
		if made.Seq, err = f.attestAt(ctx, tx, drawKey(made.ID, "open"), promise); err != nil {
			return err
		}
		opened = &made
		return f.Draws.Open(ctx, tx, &made, seed)
	})
	return opened, err
}

// EnterDraw enters a member into a draw, once. Who opened it, and who owns or works in
// the shop that gives it, with their households, may not.
func (f *Flows) EnterDraw(ctx context.Context, community id.ID, actor db.Actor, person, who, at id.ID, nonce string) (e draw.Entry, err error) {
	defer fault.Wrap(&err, "enter a draw")
	own, err := f.interests(ctx, community, person)
	if err != nil {
		return e, err
	}
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		d, err := f.Draws.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		m, err := f.Members.ByID(ctx, tx, who)
		switch {
		case err != nil:
			return err
		case m.Standing != member.Good || m.Level < d.Least:
			return draw.ErrNotYet
		case d.By == person || !d.Shop.IsZero() && own[d.Shop]:
			return draw.ErrInsider
		}
		e, err = f.Draws.Enter(ctx, tx, d, who, nonce)
		return err
	})
	return e, err
}

// CancelDraw calls an open draw off, with a reason that everybody reads.
func (f *Flows) CancelDraw(ctx context.Context, community id.ID, actor db.Actor, at id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "call a draw off")
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		d, err := f.Draws.ByID(ctx, tx, community, at)
		if err != nil {
			return err
		}
		if d.End != nil {
			return draw.ErrOver
		}
		if reason == "" {
			return draw.ErrNoReason.On("reason")
		}
		seq, err := f.attestAt(ctx, tx, drawKey(d.ID, "off"), DrawOff{d.ID, reason})
		if err != nil {
			return err
		}
		return f.Draws.Cancel(ctx, tx, d, reason, seq)
	})
}

// holderOf is the member who drew a bag, nil if she was forgotten.
func (f *Flows) holderOf(ctx context.Context, tx *db.Tx, d *draw.Draw, w *draw.Win) (*member.Member, error) {
	e, err := f.Draws.Holder(ctx, tx, tx.Community, d.ID, w.Ticket)
	if err != nil {
		return nil, err
	}
	m, err := f.Members.ByID(ctx, tx, e.Member)
	if errors.Is(err, member.ErrNotFound) || err == nil && m.Ref == "" {
		return nil, nil
	}
	return m, err
}

// HandBag hands a bag over at the shop where it is collected, by the code that its
// winner says. What the shop is to get for it is booked with it (M-09).
func (f *Flows) HandBag(ctx context.Context, community id.ID, actor db.Actor, shop id.ID, code string) (b draw.Bag, err error) {
	defer fault.Wrap(&err, "hand a bag over")
	err = f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		w, err := f.Draws.ByCode(ctx, tx, community, code)
		if err != nil {
			return onField(err, "code")
		}
		d, err := f.Draws.ByID(ctx, tx, community, w.Draw)
		if err != nil {
			return err
		}
		b = d.Bags[w.Bag]
		switch {
		case b.Kind != draw.Goods || d.Shop != shop:
			return draw.ErrOtherShop.On("code")
		case w.Given == nil && !tx.Now.Before(d.CollectUntil()):
			return draw.ErrLapsed.On("code")
		case w.Given != nil:
			return onField(f.Draws.Give(ctx, tx, w, draw.Handed, -1), "code")
		}
		seq := int64(-1)
		if b.Cost > 0 {
			m, err := f.Merchants.ByID(ctx, tx, community, shop)
			if err != nil {
				return err
			}
			if m.Status != merchant.Active {
				return merchant.ErrSuspended.On("code")
			}
			posted, err := f.Move(ctx, tx, drawKey(d.ID, "bag:"+w.Ticket), charter.GoodsHanded{Merchant: shop, Why: forDraw, Cause: d.ID, Cost: b.Cost})
			if err != nil {
				return err
			}
			seq = posted.Seq
		}
		return f.Draws.Give(ctx, tx, w, draw.Handed, seq)
	})
	return b, err
}

// forDraw is why goods of a bag are paid.
const forDraw = "draw"
