package promotion

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Held lists the vouchers that were given to a member, with what happened to each
// last, the one that ends first first.
func (s *Service) Held(ctx context.Context, r db.Reader, community, member id.ID) (all []*Voucher, err error) {
	defer fault.Wrap(&err, "promotion: vouchers of %s", member)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		v := &Voucher{Member: member}
		var sharers string
		var issued, expires int64
		var what *string
		var moved *int64
		if err := rows.Scan(&v.ID, &v.Ref, &v.Issuer, &v.Target, &v.Amount, &sharers, &v.Claim, &issued, &expires, &what, &moved); err != nil {
			return err
		}
		if moved != nil && *moved > 0 {
			expires = *moved
		}
		v.IssuedAt, v.ExpiresAt = time.UnixMicro(issued).UTC(), time.UnixMicro(expires).UTC()
		v.Used = what != nil && *what == "used"
		all = append(all, v)
		return json.Unmarshal([]byte(sharers), &v.Sharers)
	}, `SELECT v.id, v.ref, v.issuer_id, v.target_id, v.amount, v.sharers, v.claim_id, v.issued_at, v.expires_at, e.what, e.expires_at
		FROM promotion_voucher v LEFT JOIN promotion_voucher_event e ON e.community_id = v.community_id AND e.voucher_id = v.id
			AND e.seq = (SELECT max(l.seq) FROM promotion_voucher_event l WHERE l.community_id = v.community_id AND l.voucher_id = v.id)
		WHERE v.member_id = ? AND v.community_id = ? ORDER BY v.expires_at, v.id`, member[:], community[:])
	return all, err
}
