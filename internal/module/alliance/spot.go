package alliance

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Spot is where a shop of a trade stands and how far its catchment reaches.
type Spot struct {
	Merchant id.ID
	Trade    string
	At       geo.Point
	Radius   int  // metres
	Placed   bool // false: nobody said where it is; it counts at the community's centre
}

// Competitor is a shop that competes with a place.
type Competitor struct {
	Spot
	Community id.ID
	Clash     Clash
	Metres    int64 // from the place
}

// Within reports whether each of the two shops stands in the other's catchment, not
// only the edges overlap.
func (r *Competitor) Within(radius int) bool { return r.Metres <= int64(min(r.Radius, radius)) }

// PlaceSpots says where the shops of tx's community stand, all of them: what was said
// before and is not said again is forgotten. What did not change is not written.
func (s *Service) PlaceSpots(ctx context.Context, tx *db.Tx, spots []Spot) error {
	known, err := s.Spots(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	var changed []Spot
	for _, x := range spots {
		if known[x.Merchant] != x {
			changed = append(changed, x)
		}
		delete(known, x.Merchant)
	}
	if err := s.AddSpots(ctx, tx, changed); err != nil {
		return err
	}
	for gone := range known {
		if _, err := tx.Exec(ctx, "DELETE FROM alliance_spot WHERE community_id = ? AND merchant_id = ?", tx.Community[:], gone[:]); err != nil {
			return err
		}
	}
	return nil
}

// AddSpots says where some shops of tx's community stand; the others stay where they
// are.
func (s *Service) AddSpots(ctx context.Context, tx *db.Tx, spots []Spot) error {
	for _, x := range spots {
		if _, err := tx.Exec(ctx, `INSERT INTO alliance_spot (community_id, merchant_id, trade, lat_e6, lon_e6, radius, placed) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (community_id, merchant_id) DO UPDATE SET trade = excluded.trade, lat_e6 = excluded.lat_e6, lon_e6 = excluded.lon_e6, radius = excluded.radius, placed = excluded.placed`,
			tx.Community[:], x.Merchant[:], x.Trade, x.At.Lat, x.At.Lon, x.Radius, x.Placed); err != nil {
			return err
		}
	}
	return nil
}

// Spots are where the shops of a community stand, by shop.
func (s *Service) Spots(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Spot, error) {
	all, err := spots(ctx, r, "", community[:])
	of := make(map[id.ID]Spot, len(all))
	for _, x := range all {
		of[x.Merchant] = x
	}
	return of, err
}

// Most catchments reach usual metres at most; furthest is the largest radius a seat may
// have. Those few that reach further are looked for on their own, so that the others
// are found in a small box.
const (
	usual    = 1_000
	furthest = 20_000
)

// Rivals finds the shops of a community that compete with a shop of a trade at a
// place: those of a clashing trade whose catchment overlaps its own. The nearest
// come first. The search asks one index, so that it stays quick among 100,000 shops.
func (s *Service) Rivals(ctx context.Context, r db.Reader, community id.ID, tree *Tree, trade string, at geo.Point, radius int) ([]Competitor, error) {
	codes := tree.Clashing(trade)
	args := []any{community[:]}
	clash := make(map[string]Clash, len(codes))
	for _, c := range codes {
		args = append(args, c)
		clash[c] = tree.Clash(trade, c)
	}
	where := " AND trade IN (?" + strings.Repeat(", ?", len(codes)-1) + ") AND lat_e6 BETWEEN ? AND ? AND lon_e6 BETWEEN ? AND ? AND radius "
	var rivals []Competitor
	for _, reach := range []struct {
		metres int
		radius string
	}{{usual, "<= 1000"}, {furthest, "> 1000"}} {
		box := around(at, radius+reach.metres)
		near, err := spots(ctx, r, where+reach.radius, append(args[:len(args):len(args)], box.Min.Lat, box.Max.Lat, box.Min.Lon, box.Max.Lon)...)
		if err != nil {
			return nil, err
		}
		for _, x := range near {
			if d := x.At.Distance(at); d < int64(x.Radius+radius) {
				rivals = append(rivals, Competitor{Spot: x, Community: community, Clash: clash[x.Trade], Metres: d})
			}
		}
	}
	Nearest(rivals)
	return rivals, nil
}

// Nearest sorts rivals by distance.
func Nearest(all []Competitor) {
	slices.SortFunc(all, func(a, b Competitor) int {
		if a.Metres != b.Metres {
			return int(a.Metres - b.Metres)
		}
		return strings.Compare(a.Merchant.String(), b.Merchant.String())
	})
}

// around is a box that holds every point within so many metres.
func around(at geo.Point, metres int) geo.Box {
	const metre = 9.1 // micro-degrees of latitude, a little more than it is
	lat := int64(float64(metres) * metre)
	lon := int64(float64(lat) / max(0.05, math.Cos(float64(at.Lat)/geo.Degree*math.Pi/180)))
	return geo.Box{Min: geo.Point{Lat: at.Lat - lat, Lon: at.Lon - lon}, Max: geo.Point{Lat: at.Lat + lat, Lon: at.Lon + lon}}
}

func spots(ctx context.Context, r db.Reader, where string, args ...any) (all []Spot, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Spot
		err := rows.Scan(&x.Merchant, &x.Trade, &x.At.Lat, &x.At.Lon, &x.Radius, &x.Placed)
		all = append(all, x)
		return err
	}, "SELECT merchant_id, trade, lat_e6, lon_e6, radius, placed FROM alliance_spot WHERE community_id = ?"+where, args...)
	return all, err
}

// Rivalry is a shop that was there when the alliance was introduced and whose trade's
// seat another one got; the operator decides.
type Rivalry struct {
	Merchant id.ID `db:"merchant_id"`
	Seat     id.ID `db:"seat_id"`
	At       int64 `db:"noted_at"` // microseconds
}

// NoteRivalry notes that a shop of tx's community would have claimed a seat; once.
func (s *Service) NoteRivalry(ctx context.Context, tx *db.Tx, merchant, seat id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO alliance_rivalry (community_id, merchant_id, seat_id, noted_at) VALUES (?, ?, ?, ?) ON CONFLICT (community_id, merchant_id) DO NOTHING",
		tx.Community[:], merchant[:], seat[:], tx.Now.UnixMicro())
	return err
}

// Rivalries lists the shops of a community that wait for a decision, the oldest first.
func (s *Service) Rivalries(ctx context.Context, r db.Reader, community id.ID) (all []Rivalry, err error) {
	err = db.All(ctx, r, &all, `SELECT x.merchant_id, x.seat_id, x.noted_at FROM alliance_rivalry x
		LEFT JOIN alliance_rivalry_end e ON e.community_id = x.community_id AND e.merchant_id = x.merchant_id
		WHERE x.community_id = ? AND e.ended_at IS NULL ORDER BY x.noted_at, x.merchant_id`, community[:])
	return all, err
}

// SettleRivalry notes what was decided about a shop that had no seat: "stays" without
// one until it bids, or "seated" on a further one.
func (s *Service) SettleRivalry(ctx context.Context, tx *db.Tx, merchant id.ID, outcome, reason string) error {
	if err := reasoned(reason); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO alliance_rivalry_end (community_id, merchant_id, outcome, reason, ended_at, ended_by) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (community_id, merchant_id) DO NOTHING`, tx.Community[:], merchant[:], outcome, reason, tx.Now.UnixMicro(), tx.Actor.ID)
	if err == nil && n == 0 {
		err = ErrTradeSame
	}
	return err
}
