package timebank

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Beyond is what was said of asking for a request in neighbouring communities (F3, F5).
type Beyond struct {
	Agreed bool // who asked said that it may be told there; without her word it stays at home
	Now    bool // the desk wants it told there at once
}

// AgreeBeyond notes that who asked lets a request be told in neighbouring communities.
func (s *Service) AgreeBeyond(ctx context.Context, tx *db.Tx, request id.ID) error {
	return sayBeyond(ctx, tx, request, "agreed")
}

// AskBeyond lets a request be told in neighbouring communities at once.
//
// Refusals: ErrEnded, ErrKeptHome where who asked did not agree to it.
func (s *Service) AskBeyond(ctx context.Context, tx *db.Tx, q *Request) (err error) {
	defer fault.Wrap(&err, "ask next door")
	if q.End != nil {
		return ErrEnded
	}
	all, err := s.Beyonds(ctx, tx, tx.Community)
	if err == nil && !all[q.ID].Agreed {
		err = ErrKeptHome
	}
	if err != nil {
		return err
	}
	return sayBeyond(ctx, tx, q.ID, "now")
}

func sayBeyond(ctx context.Context, tx *db.Tx, request id.ID, says string) error {
	_, err := tx.Exec(ctx, "INSERT INTO timebank_beyond (community_id, request_id, says, said_at, said_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, request_id, says) DO NOTHING",
		tx.Community[:], request[:], says, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Beyonds are what was said of it for a community's open requests, by request.
func (s *Service) Beyonds(ctx context.Context, r db.Reader, community id.ID) (map[id.ID]Beyond, error) {
	found := make(map[id.ID]Beyond)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var request id.ID
		var says string
		err := rows.Scan(&request, &says)
		b := found[request]
		b.Agreed, b.Now = b.Agreed || says == "agreed", b.Now || says == "now"
		found[request] = b
		return err
	}, `SELECT b.request_id, b.says FROM timebank_beyond b LEFT JOIN timebank_request_end e ON e.community_id = b.community_id AND e.request_id = b.request_id
		WHERE b.community_id = ? AND e.how IS NULL`, community[:])
	return found, err
}
