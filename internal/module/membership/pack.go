package membership

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// Refusals of perk packs, in the order in which they are checked.
var (
	ErrBadTitle    = fault.New(fault.Invalid, "membership.bad_pack_title")
	ErrBadContent  = fault.New(fault.Invalid, "membership.bad_pack_content")
	ErrBadPartner  = fault.New(fault.Invalid, "membership.bad_partner")
	ErrBadValue    = fault.New(fault.Invalid, "membership.bad_pack_value")
	ErrBadCost     = fault.New(fault.Invalid, "membership.bad_pack_cost")
	ErrBadStock    = fault.New(fault.Invalid, "membership.bad_stock")
	ErrNoShop      = fault.New(fault.Invalid, "membership.no_shop_hands_it")
	ErrBadUntil    = fault.New(fault.Invalid, "membership.bad_until")
	ErrNoPack      = fault.New(fault.NotFound, "membership.no_pack")
	ErrPackClosed  = fault.New(fault.Conflict, "membership.pack_closed")
	ErrOneAQuarter = fault.New(fault.Conflict, "membership.one_pack_a_quarter")
	ErrNoneLeft    = fault.New(fault.Conflict, "membership.none_left")
	ErrNoClaim     = fault.New(fault.NotFound, "membership.no_claim")
	ErrWrongShop   = fault.New(fault.Forbidden, "membership.wrong_shop")
	ErrHanded      = fault.New(fault.Conflict, "membership.handed_before")
	ErrVoid        = fault.New(fault.Conflict, "membership.claim_void")
)

// PackKind is what a pack is.
type PackKind string

// The kinds: goods that a shop hands over, or an offer of a partner outside of the
// alliance, for which nothing is handed.
const (
	Goods PackKind = "goods"
	Offer PackKind = "offer"
)

// Quarter is the first month of the quarter of a day.
func Quarter(day period.Day) period.Month { return day.Month() / 3 * 3 }

// Pack is a perk pack of a quarter (B6).
type Pack struct {
	ID      id.ID
	Quarter period.Month // its first month
	Kind    PackKind
	Title   string
	Content string
	Partner string       // of an offer
	Value   money.Amount // stated, in fen; counted at a refund if it is goods
	Cost    money.Amount // that the shop is paid
	Stock   int
	Until   period.Day // the last day on which it can be chosen
	Shops   []id.ID    // that hand it over
	By      string
	At      time.Time
	Closed  string // why it was closed before its day, "" if it was not

	Taken  int // claims that were handed over or wait
	Handed int
}

// Left is how many can still be chosen.
func (p *Pack) Left() int { return max(0, p.Stock-p.Taken) }

// Validate refuses a pack that cannot be offered.
func (p *Pack) Validate(today period.Day) error {
	switch {
	case p.Title == "" || !short(p.Title, 30):
		return ErrBadTitle.On("title")
	case p.Content == "" || !short(p.Content, 200):
		return ErrBadContent.On("content")
	case p.Kind == Offer && (p.Partner == "" || !short(p.Partner, 40)):
		return ErrBadPartner.On("partner")
	case p.Value < 0 || p.Value > 1_000_00:
		return ErrBadValue.On("value")
	case p.Cost < 0 || p.Cost > p.Value, p.Kind == Offer && p.Cost != 0:
		return ErrBadCost.On("cost")
	case p.Stock < 1 || p.Stock > 1_000_000:
		return ErrBadStock.On("stock")
	case p.Kind == Goods && len(p.Shops) == 0:
		return ErrNoShop.On("shops")
	case p.Until < today || Quarter(p.Until) != p.Quarter:
		return ErrBadUntil.On("until")
	}
	return nil
}

// Claim is a pack that a member chose.
type Claim struct {
	ID      id.ID
	Pack    id.ID
	Member  id.ID
	Term    id.ID
	Quarter period.Month
	Code    string     // eight digits
	Until   period.Day // the last day on which it waits
	At      time.Time

	End *ClaimEnd // nil while it waits
}

// ClaimEnd is how a claim ended.
type ClaimEnd struct {
	How  string // Handed or Void
	Shop id.ID
	Seq  int64 // of the entry that owes the shop its cost, −1 if none
	By   string
	At   time.Time
}

// The ends of a claim.
const (
	Handed = "handed"
	Void   = "void"
)

// MakePack offers a pack.
func (s *Service) MakePack(ctx context.Context, tx *db.Tx, today period.Day, p Pack) (_ Pack, err error) {
	defer fault.Wrap(&err, "membership: make a pack")
	p.Title, p.Content, p.Partner = strings.Join(strings.Fields(p.Title), " "), strings.Join(strings.Fields(p.Content), " "), strings.Join(strings.Fields(p.Partner), " ")
	if err := p.Validate(today); err != nil {
		return p, err
	}
	p.ID, p.By, p.At = tx.NewID(), tx.Actor.String(), tx.Now
	if _, err = tx.Exec(ctx, `INSERT INTO membership_pack (community_id, id, quarter, kind, title, content, partner, value, cost, stock, until_day, made_by, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], p.ID[:], int64(p.Quarter), string(p.Kind), p.Title, p.Content, p.Partner, int64(p.Value), int64(p.Cost), p.Stock,
		int64(p.Until), p.By, p.At.UnixMicro()); err != nil {
		return p, err
	}
	for _, shop := range p.Shops {
		if _, err := tx.Exec(ctx, "INSERT INTO membership_pack_shop (community_id, pack_id, merchant_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tx.Community[:], p.ID[:], shop[:]); err != nil {
			return p, err
		}
	}
	return p, nil
}

// ClosePack takes a pack off the list; what was chosen is still handed over.
func (s *Service) ClosePack(ctx context.Context, tx *db.Tx, pack id.ID, reason string) (err error) {
	defer fault.Wrap(&err, "membership: close a pack")
	if reason, err = Reason(reason); err != nil {
		return err
	}
	p, err := s.PackByID(ctx, tx, tx.Community, pack)
	switch {
	case err != nil:
		return err
	case p.Closed != "":
		return ErrPackClosed
	}
	_, err = tx.Exec(ctx, "INSERT INTO membership_pack_end (community_id, pack_id, reason, ended_by, ended_at) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], pack[:], reason, tx.Actor.String(), tx.Now.UnixMicro())
	return err
}

// ChoosePack keeps one of a pack for a member whose term is in force, one a quarter.
func (s *Service) ChoosePack(ctx context.Context, tx *db.Tx, today period.Day, keepDays int, pack, member id.ID) (c Claim, err error) {
	defer fault.Wrap(&err, "membership: choose a pack")
	p, err := s.PackByID(ctx, tx, tx.Community, pack)
	if err != nil {
		return c, err
	}
	if p.Closed != "" || today > p.Until || Quarter(today) != p.Quarter {
		return c, ErrPackClosed
	}
	all, err := s.TermsOf(ctx, tx, tx.Community, member)
	if err != nil {
		return c, err
	}
	t := all.Current(today)
	if t == nil {
		return c, ErrNotGood
	}
	mine, err := s.ClaimsOf(ctx, tx, tx.Community, member)
	if err != nil {
		return c, err
	}
	for _, m := range mine {
		if m.Quarter == p.Quarter && (m.End == nil || m.End.How == Handed) {
			return c, ErrOneAQuarter
		}
	}
	if p.Left() == 0 {
		return c, ErrNoneLeft
	}
	c = Claim{ID: tx.NewID(), Pack: pack, Member: member, Term: t.ID, Quarter: p.Quarter, Until: today + period.Day(keepDays), At: tx.Now}
	if p.Kind == Offer {
		c.Until = p.Until
	}
	if c.Code, err = freeCode(ctx, tx); err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO membership_claim (community_id, id, pack_id, member_id, term_id, quarter, code, until_day, claimed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], pack[:], member[:], t.ID[:], int64(c.Quarter), c.Code, int64(c.Until), tx.Now.UnixMicro())
	return c, err
}

// freeCode is eight digits that no claim of the community has.
func freeCode(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		b := tx.NewSecret()
		n := uint64(0)
		for _, x := range b[:8] {
			n = n<<8 | uint64(x)
		}
		code := fmt.Sprint(10_000_000 + n%90_000_000)
		var taken int
		found, err := none(db.One(ctx, tx, &taken, "SELECT 1 FROM membership_claim WHERE community_id = ? AND code = ?", tx.Community[:], code))
		if err != nil || !found {
			return code, err
		}
	}
	return "", errors.New("no code is free")
}

// HandPack ends a claim: a shop handed the pack over. seq is the entry that owes the
// shop its cost.
func (s *Service) HandPack(ctx context.Context, tx *db.Tx, c *Claim, shop id.ID, seq int64) error {
	return s.endClaim(ctx, tx, c, ClaimEnd{How: Handed, Shop: shop, Seq: seq})
}

// MayHand refuses a claim that a shop cannot hand over on a day.
func (c *Claim) MayHand(p *Pack, shop id.ID, today period.Day) error {
	switch {
	case p.Kind != Goods || !slices.Contains(p.Shops, shop):
		return ErrWrongShop
	case c.End != nil && c.End.How == Handed:
		return ErrHanded
	case c.End != nil || today > c.Until:
		return ErrVoid
	}
	return nil
}

// VoidClaim ends a claim that nobody collects any more.
func (s *Service) VoidClaim(ctx context.Context, tx *db.Tx, c *Claim) error {
	return s.endClaim(ctx, tx, c, ClaimEnd{How: Void, Seq: -1})
}

func (s *Service) endClaim(ctx context.Context, tx *db.Tx, c *Claim, e ClaimEnd) error {
	e.By, e.At = tx.Actor.String(), tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO membership_claim_end (community_id, claim_id, how, merchant_id, seq, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], e.How, e.Shop, e.Seq, e.By, e.At.UnixMicro())
	if err == nil {
		c.End = &e
	}
	return err
}
