package activity

import (
	"context"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Unclosed is what happened on the dates of an activity that are not carried out for everybody,
// by date and seat. What a long course came to before is not read again with every few seats.
type Unclosed struct {
	Came    []Came
	Excused map[[2]id.ID]time.Time // when she said that she cannot come
	Closed  map[[2]id.ID]bool      // the date is carried out for the seat
	Settled []*Settlement
}

const ofUnclosed = ` JOIN activity_session s ON s.community_id = x.community_id AND s.id = x.session_id
	WHERE x.community_id = ? AND s.activity_id = ? AND NOT EXISTS
	(SELECT 1 FROM activity_session_done d WHERE d.community_id = s.community_id AND d.session_id = s.id) ORDER BY s.begins_at, x.session_id, x.seat_id`

// Unclosed reads what is needed to carry out the dates of an activity.
func (s *Service) Unclosed(ctx context.Context, r db.Reader, community, activity id.ID) (u Unclosed, err error) {
	if u.Came, err = findCame(ctx, r, ofUnclosed, community[:], activity[:]); err != nil {
		return u, err
	}
	if u.Excused, err = findExcused(ctx, r, ofUnclosed, community[:], activity[:]); err != nil {
		return u, err
	}
	if u.Closed, err = findClosed(ctx, r, ofUnclosed, community[:], activity[:]); err != nil {
		return u, err
	}
	u.Settled, err = findSettlements(ctx, r, ofUnclosed, community[:], activity[:])
	return u, err
}
