package bundle

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/pact"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// ByID finds a bundle.
func (s *Service) ByID(ctx context.Context, r db.Reader, community, bundle id.ID) (*Bundle, error) {
	all, err := read(ctx, r, community, "b.id = ?", bundle[:])
	if err == nil && len(all) == 0 {
		err = ErrNoBundle
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// listMost bounds a list of bundles.
const listMost = 1000

// All lists the bundles of a community, the latest first.
func (s *Service) All(ctx context.Context, r db.Reader, community id.ID) ([]*Bundle, error) {
	return read(ctx, r, community, "1 = 1 ORDER BY b.made_at DESC, b.id DESC LIMIT ?", listMost)
}

// OnSale lists the bundles that are sold on a day, the latest first.
func (s *Service) OnSale(ctx context.Context, r db.Reader, community id.ID, day period.Day) ([]*Bundle, error) {
	all, err := read(ctx, r, community, "b.closes >= ? ORDER BY b.made_at DESC, b.id DESC LIMIT ?", int64(day), listMost)
	return slices.DeleteFunc(all, func(b *Bundle) bool { return b.State(day) != pact.Running }), err
}

// Concerning lists the bundles that a shop proposed or has a part of, the latest first.
func (s *Service) Concerning(ctx context.Context, r db.Reader, community, shop id.ID) ([]*Bundle, error) {
	all, err := s.All(ctx, r, community)
	return slices.DeleteFunc(all, func(b *Bundle) bool { return b.Shop != shop && !slices.Contains(b.Shops(), shop) }), err
}

// read reads bundles with their steps.
func read(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Bundle, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var at, by id.ID
		var terms string
		var made int64
		if err := rows.Scan(&at, &terms, &made, &by); err != nil {
			return err
		}
		var t Terms
		if err := json.Unmarshal([]byte(terms), &t); err != nil {
			return err
		}
		all = append(all, proposed(at, t, by, micros(made)))
		return nil
	}, "SELECT b.id, b.terms, b.made_at, b.made_by FROM bundle b WHERE b.community_id = ? AND "+where, append([]any{community[:]}, args...)...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	byID := make(map[id.ID]*Bundle, len(all))
	for _, b := range all {
		byID[b.ID] = b
	}
	only, of := "", []any{community[:]}
	if len(all) == 1 {
		only, of = " AND bundle_id = ?", append(of, all[0].ID[:])
	}
	return all, db.Each(ctx, r, func(rows *sql.Rows) error {
		var at id.ID
		var st pact.Step
		var when int64
		if err := rows.Scan(&at, &st.What, &st.Party, &st.Words, &when, &st.By); err != nil {
			return err
		}
		st.At = micros(when)
		if b := byID[at]; b != nil {
			b.Steps = append(b.Steps, st)
		}
		return nil
	}, "SELECT bundle_id, what, shop_id, words, step_at, step_by FROM bundle_step WHERE community_id = ?"+only+" ORDER BY bundle_id, n", of...)
}

// Sale finds what a member ordered.
func (s *Service) Sale(ctx context.Context, r db.Reader, community, sale id.ID) (*Sale, error) {
	return one(ctx, r, community, "s.id = ?", sale[:])
}

// ByCode finds the part whose number somebody says.
func (s *Service) ByCode(ctx context.Context, r db.Reader, community id.ID, code string) (_ *Sale, part int, err error) {
	sale, err := one(ctx, r, community, "s.id IN (SELECT c.sale_id FROM bundle_code c WHERE c.community_id = ? AND c.code = ?)", community[:], code)
	if err != nil {
		return nil, 0, err
	}
	return sale, slices.Index(sale.Codes, code), nil
}

// OfPurchase finds the sale of which a purchase was a part.
func (s *Service) OfPurchase(ctx context.Context, r db.Reader, community id.ID, seq int64) (*Sale, error) {
	return one(ctx, r, community, "s.id IN (SELECT g.sale_id FROM bundle_gone g WHERE g.community_id = ? AND g.seq = ? AND g.what = 'used')", community[:], seq)
}

// OfMember lists what a member ordered, the latest first.
func (s *Service) OfMember(ctx context.Context, r db.Reader, community, member id.ID) ([]*Sale, error) {
	return sales(ctx, r, community, "s.member_id = ? ORDER BY s.id DESC", member[:])
}

// SalesOf lists who bought a bundle, the latest first.
func (s *Service) SalesOf(ctx context.Context, r db.Reader, community, bundle id.ID, limit int) ([]*Sale, error) {
	return sales(ctx, r, community, "s.bundle_id = ? AND b.sale_id IS NOT NULL ORDER BY s.id DESC LIMIT ?", bundle[:], limit)
}

// Due lists the sales whose time is over and of which something is left.
func (s *Service) Due(ctx context.Context, r db.Reader, community id.ID, now time.Time, limit int) ([]*Sale, error) {
	return sales(ctx, r, community, "s.id IN (SELECT x.sale_id FROM bundle_due x WHERE x.community_id = ? AND x.due_at <= ?) ORDER BY s.id LIMIT ?",
		community[:], now.UnixMicro(), limit)
}

// TakenAt lists what a shop took, the latest first.
func (s *Service) TakenAt(ctx context.Context, r db.Reader, community, shop id.ID, limit int) (all []Taken, err error) {
	return takings(ctx, r, community, "g.shop_id = ? AND g.what = 'used' ORDER BY g.gone_at DESC, g.seq DESC LIMIT ?", shop[:], limit)
}

// TakenBy finds what a form of a shop took, nil if nothing.
func (s *Service) TakenBy(ctx context.Context, r db.Reader, community, shop id.ID, token string) (*Taken, error) {
	if token == "" {
		return nil, nil
	}
	all, err := takings(ctx, r, community, "g.shop_id = ? AND g.token = ?", shop[:], token)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// Taken is a part that a shop took.
type Taken struct {
	Gone
	Sale  id.ID
	Name  string // of the bundle
	About string // what the part is
}

func takings(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Taken, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var k Taken
		var terms string
		var t Terms
		if err := scanGone(rows, &k.Gone, &k.Sale, &terms); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(terms), &t); err != nil {
			return err
		}
		k.Name, k.About = t.Name, t.Parts[k.Part].What
		all = append(all, k)
		return nil
	}, "SELECT "+goneColumns+`, g.sale_id, b.terms FROM bundle_gone g JOIN bundle_sale s ON s.community_id = g.community_id AND s.id = g.sale_id
		JOIN bundle b ON b.community_id = s.community_id AND b.id = s.bundle_id WHERE g.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}

const goneColumns = "g.part, g.n, g.what, g.share, g.shop_id, g.seq, g.released, g.gone_by, g.gone_at"

func scanGone(rows *sql.Rows, g *Gone, more ...any) error {
	var at int64
	err := rows.Scan(append([]any{&g.Part, &g.N, &g.What, &g.Share, &g.Shop, &g.Seq, &g.Released, &g.By, &at}, more...)...)
	g.At = micros(at)
	return err
}

func one(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (*Sale, error) {
	all, err := sales(ctx, r, community, where, args...)
	if err == nil && len(all) == 0 {
		err = ErrNoSale
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// sales reads sales with all that became of them.
func sales(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []*Sale, err error) {
	of := make(map[*Sale]id.ID)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Sale
		var bundle id.ID
		var ordered int64
		var why sql.NullString
		var dropped, seq, until, begun sql.NullInt64
		if err := rows.Scan(&x.ID, &bundle, &x.Member, &x.Price, &x.Gift, &x.PromisedIn, &ordered, &why, &dropped, &seq, &until, &begun); err != nil {
			return err
		}
		x.OrderedAt = micros(ordered)
		if dropped.Valid {
			x.Dropped = &Dropped{Why: why.String, At: micros(dropped.Int64)}
		}
		if begun.Valid {
			x.Begun = &Begun{Seq: seq.Int64, Until: micros(until.Int64), At: micros(begun.Int64)}
		}
		all, of[&x] = append(all, &x), bundle
		return nil
	}, `SELECT s.id, s.bundle_id, s.member_id, s.price, s.gift, s.promised_in, s.ordered_at, d.why, d.dropped_at, b.seq, b.until, b.begun_at
		FROM bundle_sale s LEFT JOIN bundle_drop d ON d.community_id = s.community_id AND d.sale_id = s.id
		LEFT JOIN bundle_begin b ON b.community_id = s.community_id AND b.sale_id = s.id
		WHERE s.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	if err != nil {
		return nil, err
	}
	known := make(map[id.ID]*Bundle)
	for _, x := range all {
		bundle := of[x]
		if known[bundle] == nil {
			found, err := read(ctx, r, community, "b.id = ?", bundle[:])
			if err != nil || len(found) == 0 {
				return nil, err
			}
			known[bundle] = found[0]
		}
		x.Of = known[bundle]
		if err := fill(ctx, r, community, x); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// fill reads the numbers of a sale's parts and what became of their uses.
func fill(ctx context.Context, r db.Reader, community id.ID, x *Sale) error {
	if x.Begun == nil {
		return nil
	}
	if err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var code string
		err := rows.Scan(&code)
		x.Codes = append(x.Codes, code)
		return err
	}, "SELECT code FROM bundle_code WHERE community_id = ? AND sale_id = ? ORDER BY part", community[:], x.ID[:]); err != nil {
		return err
	}
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var g Gone
		err := scanGone(rows, &g)
		x.Gone = append(x.Gone, g)
		return err
	}, "SELECT "+goneColumns+" FROM bundle_gone g WHERE g.community_id = ? AND g.sale_id = ? ORDER BY g.gone_at, g.part, g.n", community[:], x.ID[:])
}

func micros(at int64) time.Time { return time.UnixMicro(at).UTC() }

// EachSale tells of every sale of a community, for an audit.
func (s *Service) EachSale(ctx context.Context, r db.Reader, community id.ID, fn func(*Sale)) error {
	for after := (id.ID{}); ; {
		some, err := sales(ctx, r, community, "s.id > ? ORDER BY s.id LIMIT 200", after[:])
		if err != nil || len(some) == 0 {
			return err
		}
		for _, x := range some {
			fn(x)
		}
		after = some[len(some)-1].ID
	}
}

// OpenOf lists the orders of a bundle that wait to be paid for.
func (s *Service) OpenOf(ctx context.Context, r db.Reader, community, bundle id.ID) ([]*Sale, error) {
	return sales(ctx, r, community, "s.bundle_id = ? AND b.sale_id IS NULL AND d.sale_id IS NULL ORDER BY s.id", bundle[:])
}
