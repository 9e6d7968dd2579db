package marketday

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Titles are what the stalls of payments offer, by the id of the payment.
func (s *Service) Titles(ctx context.Context, r db.Reader, community id.ID, which []id.ID) (map[id.ID]string, error) {
	titles := make(map[id.ID]string)
	err := db.EachSome(which, func(in string, args []any) error {
		return db.Each(ctx, r, func(rows *sql.Rows) error {
			var at id.ID
			var title string
			err := rows.Scan(&at, &title)
			titles[at] = title
			return err
		}, `SELECT p.id, s.title FROM marketday_payment p
			JOIN marketday_stall s ON s.community_id = p.community_id AND s.id = p.stall_id WHERE p.community_id = ? AND p.id IN `+in, args...)
	}, community[:])
	return titles, err
}
