package community

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Position is where a place stands, since when, and who said so.
type Position struct {
	Place id.ID
	At    geo.Point
	By    db.Actor
	Since time.Time
}

// positionRow is a position as it is stored.
type positionRow struct {
	Place id.ID  `db:"place_id"`
	Lat   int64  `db:"lat_e6"`
	Lon   int64  `db:"lon_e6"`
	Kind  string `db:"actor_kind"`
	Actor id.ID  `db:"actor_id"`
	SetAt int64  `db:"set_at"`
}

func (r positionRow) position() Position {
	return Position{Place: r.Place, At: geo.Point{Lat: r.Lat, Lon: r.Lon}, By: db.Actor{Kind: r.Kind, ID: r.Actor}, Since: time.UnixMicro(r.SetAt).UTC()}
}

const positionColumns = "place_id, lat_e6, lon_e6, actor_kind, actor_id, set_at"

// SetPosition says where a place stands. To say what is known already changes
// nothing. tx belongs to the pseudo-community "~". It refuses a point that is not on
// the map (geo.ErrBadPoint) and an unknown place (ErrNotFound).
func (s *Service) SetPosition(ctx context.Context, tx *db.Tx, place id.ID, at geo.Point) (err error) {
	defer fault.Wrap(&err, "community: position of %s", place)
	if !at.Valid() {
		return geo.ErrBadPoint.On("position").With("point", at.String())
	}
	if _, err := s.Get(ctx, tx, place); err != nil {
		return err
	}
	var last positionRow
	err = db.One(ctx, tx, &last, "SELECT "+positionColumns+" FROM community_position WHERE community_id = ? AND place_id = ? ORDER BY set_at DESC, id DESC LIMIT 1", id.Tilde[:], place[:])
	if err == nil && last.position().At == at {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	number := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO community_position (community_id, place_id, id, lat_e6, lon_e6, actor_kind, actor_id, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], place[:], number[:], at.Lat, at.Lon, tx.Actor.Kind, tx.Actor.ID, tx.Now.UnixMicro())
	return err
}

// Positions is where the places stand of which that is known, by place.
func (s *Service) Positions(ctx context.Context, r db.Reader) (map[id.ID]Position, error) {
	var rows []positionRow
	err := db.All(ctx, r, &rows, "SELECT "+positionColumns+" FROM community_position WHERE community_id = ? ORDER BY place_id, set_at, id", id.Tilde[:])
	found := make(map[id.ID]Position, len(rows))
	for _, row := range rows { // later ones stand behind earlier ones
		found[row.Place] = row.position()
	}
	return found, err
}
