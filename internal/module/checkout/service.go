package checkout

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Service is the door to checkouts. It remembers nothing.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// maxToken bounds what tells a form that comes again.
const maxToken = 100

// Open notes a checkout. The caller fills id, shop, buyer, way, list, token, ShownAt and
// DueAt. The same form again is the checkout that it opened.
func (s *Service) Open(ctx context.Context, tx *db.Tx, c Checkout) (_ *Checkout, err error) {
	defer fault.Wrap(&err, "checkout: open")
	switch {
	case c.List <= 0:
		return nil, ErrBadAmount.On("list")
	case c.Token == "" || len(c.Token) > maxToken:
		return nil, ErrBadToken
	}
	c.OpenedBy, c.OpenedAt = tx.Actor.String(), tx.Now
	n, err := tx.Exec(ctx, `INSERT INTO checkout (community_id, id, merchant_id, member_id, key_id, way, list_amount, token, opened_by, opened_at, shown_at, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token, community_id) DO NOTHING`, tx.Community[:], c.ID[:], c.Merchant[:], c.Member, c.Key, string(c.Way),
		int64(c.List), c.Token, c.OpenedBy, c.OpenedAt.UnixMicro(), c.ShownAt.UnixMicro(), c.DueAt.UnixMicro())
	if err == nil && n == 1 {
		_, err = tx.Exec(ctx, "INSERT INTO checkout_open (community_id, checkout_id, due_at) VALUES (?, ?, ?)", tx.Community[:], c.ID[:], c.DueAt.UnixMicro())
	}
	if err != nil || n == 1 {
		return &c, err
	}
	before, err := s.ByToken(ctx, tx, tx.Community, c.Token)
	if err == nil && (before.Merchant != c.Merchant || before.List != c.List || before.OpenedBy != c.OpenedBy) {
		err = ErrOtherForm
	}
	return before, err
}

// Give notes what of hers a buyer lets go.
func (s *Service) Give(ctx context.Context, tx *db.Tx, c *Checkout, g Given) (err error) {
	defer fault.Wrap(&err, "checkout: consent to %s", c.ID)
	if err := c.May(tx.Now); err != nil {
		return err
	}
	if c.Terms != nil {
		return ErrAgreed
	}
	vouchers, err := json.Marshal(g.Vouchers)
	if err != nil {
		return err
	}
	key := tx.NewID()
	g.By, g.At = tx.Actor.String(), tx.Now
	if _, err = tx.Exec(ctx, "INSERT INTO checkout_consent (community_id, id, checkout_id, coins, vouchers, cash, how, given_by, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], key[:], c.ID[:], int64(g.Coins), string(vouchers), int64(g.Cash), string(g.How), g.By, g.At.UnixMicro()); err == nil {
		c.Given = &g
	}
	return err
}

// Agree notes the terms. A second agreement to the same is the first one.
func (s *Service) Agree(ctx context.Context, tx *db.Tx, c *Checkout, t Terms) (err error) {
	defer fault.Wrap(&err, "checkout: agree %s", c.ID)
	if err := c.May(tx.Now); err != nil {
		return err
	}
	if c.Terms != nil {
		return ErrAgreed
	}
	proposal, err := json.Marshal(t.Proposal)
	if err != nil {
		return err
	}
	t.By, t.At = tx.Actor.String(), tx.Now
	if _, err = tx.Exec(ctx, "INSERT INTO checkout_terms (community_id, checkout_id, proposal, tender, cash, hold_id, consent, agreed_by, agreed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], string(proposal), string(t.Tender), int64(t.Cash), t.Hold, string(t.Consent), t.By, t.At.UnixMicro()); err == nil {
		c.Terms = &t
	}
	return err
}

// Finish notes how a checkout ended.
func (s *Service) Finish(ctx context.Context, tx *db.Tx, c *Checkout, kind EndKind, seq int64, reason string) (err error) {
	defer fault.Wrap(&err, "checkout: end %s", c.ID)
	if c.End != nil {
		return ErrEnded.With("kind", string(c.End.Kind))
	}
	e := End{Kind: kind, Seq: seq, Reason: reason, By: tx.Actor.String(), At: tx.Now}
	if _, err = tx.Exec(ctx, "INSERT INTO checkout_end (community_id, checkout_id, kind, seq, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], string(kind), seq, reason, e.By, e.At.UnixMicro()); err != nil {
		return err
	}
	c.End = &e
	_, err = tx.Exec(ctx, "DELETE FROM checkout_open WHERE community_id = ? AND checkout_id = ?", tx.Community[:], c.ID[:])
	return err
}

// ByID finds a checkout.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, checkout id.ID) (*Checkout, error) {
	return one(ctx, r, community, "c.id = ?", checkout[:])
}

// ByToken finds the checkout that a form opened.
func (s *Service) ByToken(ctx context.Context, r db.Reader, community id.ID, token string) (*Checkout, error) {
	return one(ctx, r, community, "c.token = ?", token)
}

// ByEntry finds the checkout that became a purchase.
func (s *Service) ByEntry(ctx context.Context, r db.Reader, community id.ID, seq int64) (*Checkout, error) {
	return one(ctx, r, community, "e.seq = ? AND e.seq >= 0", seq)
}

// OfShop lists a shop's checkouts, the latest first.
func (s *Service) OfShop(ctx context.Context, r db.Reader, community, shop id.ID, limit int) ([]Checkout, error) {
	return read(ctx, r, community, "c.merchant_id = ? ORDER BY c.id DESC LIMIT ?", shop[:], limit)
}

// OpenOf lists a buyer's checkouts that go on at a moment.
func (s *Service) OpenOf(ctx context.Context, r db.Reader, community, member id.ID, now time.Time) ([]Checkout, error) {
	return read(ctx, r, community, "c.member_id = ? AND c.due_at > ? AND e.checkout_id IS NULL ORDER BY c.id", member[:], now.UnixMicro())
}

// OfMember lists a buyer's checkouts, the first first.
func (s *Service) OfMember(ctx context.Context, r db.Reader, community, member id.ID) ([]Checkout, error) {
	return read(ctx, r, community, "c.member_id = ? ORDER BY c.id", member[:])
}

// Due lists what goes on although its time is over.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]Checkout, error) {
	return read(ctx, r, community, `c.id IN (SELECT o.checkout_id FROM checkout_open o WHERE o.community_id = ? AND o.due_at <= ?)
		ORDER BY c.due_at, c.id LIMIT ?`, community[:], now.UnixMicro(), limit)
}

func one(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Checkout, error) {
	all, err := read(ctx, r, community, where, args...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, ErrNotFound
	}
	c := &all[0]
	if c.Key.IsZero() && c.Way == ByGuest || c.Settled() {
		return c, nil
	}
	c.Given, err = given(ctx, r, community, c.ID)
	return c, err
}

// given is what the buyer let go last, nil if she said nothing.
func given(ctx context.Context, r db.Reader, community, checkout id.ID) (g *Given, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		g = &Given{}
		var vouchers string
		var when int64
		if err := rows.Scan(&g.Coins, &vouchers, &g.Cash, &g.How, &g.By, &when); err != nil {
			return err
		}
		g.At = at(when)
		return json.Unmarshal([]byte(vouchers), &g.Vouchers)
	}, "SELECT coins, vouchers, cash, how, given_by, given_at FROM checkout_consent WHERE community_id = ? AND checkout_id = ? ORDER BY id DESC LIMIT 1", community[:], checkout[:])
	return g, err
}

func read(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Checkout, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Checkout
		var opened, shown, due int64
		var proposal, tender, consent, agreedBy, kind, reason, endedBy sql.NullString
		var hold id.ID
		var cash, agreed, seq, ended sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Merchant, &c.Member, &c.Key, &c.Way, &c.List, &c.Token, &c.OpenedBy, &opened, &shown, &due,
			&proposal, &tender, &cash, &hold, &consent, &agreedBy, &agreed, &kind, &seq, &reason, &endedBy, &ended); err != nil {
			return err
		}
		c.OpenedAt, c.ShownAt, c.DueAt = at(opened), at(shown), at(due)
		if tender.Valid {
			c.Terms = &Terms{Tender: Tender(tender.String), Cash: money.Amount(cash.Int64), Hold: hold, Consent: Consent(consent.String), By: agreedBy.String, At: at(agreed.Int64)}
			if err := json.Unmarshal([]byte(proposal.String), &c.Terms.Proposal); err != nil {
				return errors.Join(errors.New("checkout: terms that cannot be read"), err)
			}
		}
		if kind.Valid {
			c.End = &End{Kind: EndKind(kind.String), Seq: seq.Int64, Reason: reason.String, By: endedBy.String, At: at(ended.Int64)}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.merchant_id, c.member_id, c.key_id, c.way, c.list_amount, c.token, c.opened_by, c.opened_at, c.shown_at, c.due_at,
		t.proposal, t.tender, t.cash, t.hold_id, t.consent, t.agreed_by, t.agreed_at, e.kind, e.seq, e.reason, e.ended_by, e.ended_at
		FROM checkout c LEFT JOIN checkout_terms t ON t.community_id = c.community_id AND t.checkout_id = c.id
		LEFT JOIN checkout_end e ON e.community_id = c.community_id AND e.checkout_id = c.id
		WHERE c.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

func at(v int64) time.Time { return time.UnixMicro(v).UTC() }
