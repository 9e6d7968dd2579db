package merchant

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

// Position is where a shop stands, since when, and who said so.
type Position struct {
	Merchant id.ID
	At       geo.Point
	By       db.Actor
	Since    time.Time
}

// positionRow is a position as it is stored.
type positionRow struct {
	Merchant id.ID  `db:"merchant_id"`
	Lat      int64  `db:"lat_e6"`
	Lon      int64  `db:"lon_e6"`
	Kind     string `db:"actor_kind"`
	Actor    id.ID  `db:"actor_id"`
	SetAt    int64  `db:"set_at"`
}

func (r positionRow) position() Position {
	return Position{Merchant: r.Merchant, At: geo.Point{Lat: r.Lat, Lon: r.Lon}, By: db.Actor{Kind: r.Kind, ID: r.Actor}, Since: time.UnixMicro(r.SetAt).UTC()}
}

const positionColumns = "merchant_id, lat_e6, lon_e6, actor_kind, actor_id, set_at"

// SetPosition says where a shop of tx's community stands. To say what is known
// already changes nothing. It refuses a point that is not on the map
// (geo.ErrBadPoint) and an unknown shop (ErrNotFound).
func (s *Service) SetPosition(ctx context.Context, tx *db.Tx, merchant id.ID, at geo.Point) (err error) {
	defer fault.Wrap(&err, "merchant: position of %s", merchant)
	if !at.Valid() {
		return geo.ErrBadPoint.On("position").With("point", at.String())
	}
	if _, err := s.ByID(ctx, tx, tx.Community, merchant); err != nil {
		return err
	}
	var last positionRow
	err = db.One(ctx, tx, &last, "SELECT "+positionColumns+" FROM merchant_position WHERE community_id = ? AND merchant_id = ? ORDER BY set_at DESC, id DESC LIMIT 1", tx.Community[:], merchant[:])
	if err == nil && last.position().At == at {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	number := tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO merchant_position (community_id, merchant_id, id, lat_e6, lon_e6, actor_kind, actor_id, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], merchant[:], number[:], at.Lat, at.Lon, tx.Actor.Kind, tx.Actor.ID, tx.Now.UnixMicro())
	return err
}

// Positions is where the shops of a community stand of which that is known, by
// shop.
func (s *Service) Positions(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Position, error) {
	var rows []positionRow
	err := db.All(ctx, r, &rows, "SELECT "+positionColumns+" FROM merchant_position WHERE community_id = ? ORDER BY merchant_id, set_at, id", community[:])
	found := make(map[id.ID]Position, len(rows))
	for _, row := range rows { // later ones stand behind earlier ones
		found[row.Merchant] = row.position()
	}
	return found, err
}
