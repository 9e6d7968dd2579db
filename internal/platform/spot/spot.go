// Package spot keeps where things stand: a place, a shop. What is said is never
// changed, only said anew: a module's table holds every position with who said so and
// when, and the latest counts.
package spot

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Position is where a thing stands, since when, and who said so.
type Position struct {
	Thing id.ID
	At    geo.Point
	By    db.Actor
	Since time.Time
}

// Table is a module's table of positions: community_id, the thing's column, id, lat_e6
// and lon_e6 in millionths of a degree, actor_kind, actor_id, set_at in microseconds.
type Table struct {
	Name  string
	Thing string // the column that names what stands there
}

// row is a position as it is stored.
type row struct {
	Thing id.ID  `db:"thing_id"`
	Lat   int64  `db:"lat_e6"`
	Lon   int64  `db:"lon_e6"`
	Kind  string `db:"actor_kind"`
	Actor id.ID  `db:"actor_id"`
	SetAt int64  `db:"set_at"`
}

func (r row) position() Position {
	return Position{Thing: r.Thing, At: geo.Point{Lat: r.Lat, Lon: r.Lon}, By: db.Actor{Kind: r.Kind, ID: r.Actor}, Since: time.UnixMicro(r.SetAt).UTC()}
}

func (t Table) query() string {
	return "SELECT " + t.Thing + " AS thing_id, lat_e6, lon_e6, actor_kind, actor_id, set_at FROM " + t.Name + " WHERE community_id = ?"
}

// Set says where a thing of tx's community stands. To say what is known already
// changes nothing. It refuses a point that is not on the map (geo.ErrBadPoint); whether
// there is such a thing is the module's question.
func (t Table) Set(ctx context.Context, tx *db.Tx, thing id.ID, at geo.Point) error {
	if !at.Valid() {
		return geo.ErrBadPoint.On("position").With("point", at.String())
	}
	var last row
	err := db.One(ctx, tx, &last, t.query()+" AND "+t.Thing+" = ? ORDER BY set_at DESC, id DESC LIMIT 1", tx.Community[:], thing[:])
	if err == nil && last.position().At == at {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	number := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO "+t.Name+" (community_id, "+t.Thing+", id, lat_e6, lon_e6, actor_kind, actor_id, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], thing[:], number[:], at.Lat, at.Lon, tx.Actor.Kind, tx.Actor.ID, tx.Now.UnixMicro())
	return err
}

// All is where the things of a community stand of which that is known, by thing.
func (t Table) All(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Position, error) {
	var rows []row
	err := db.All(ctx, r, &rows, t.query()+" ORDER BY "+t.Thing+", set_at, id", community[:])
	found := make(map[id.ID]Position, len(rows))
	for _, x := range rows { // later ones stand behind earlier ones
		found[x.Thing] = x.position()
	}
	return found, err
}
