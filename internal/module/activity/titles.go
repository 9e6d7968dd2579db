package activity

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Titles are the titles of what is taught, by the ids of seats and of activities.
func (s *Service) Titles(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]string, error) {
	titles := make(map[id.ID]string)
	scan := func(rows *sql.Rows) error {
		var at id.ID
		var title string
		err := rows.Scan(&at, &title)
		titles[at] = title
		return err
	}
	err := db.EachSome(which, func(in string, args []any) error {
		if err := db.Each(ctx, r, scan, "SELECT id, title FROM activity WHERE community_id = ? AND id IN "+in, args...); err != nil {
			return err
		}
		return db.Each(ctx, r, scan, `SELECT s.id, a.title FROM activity_seat s
			JOIN activity a ON a.community_id = s.community_id AND a.id = s.activity_id WHERE s.community_id = ? AND s.id IN `+in, args...)
	}, community[:])
	return titles, err
}
