package membership

import (
	"context"
	"database/sql"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

// PackByID finds a pack.
func (s *Service) PackByID(ctx context.Context, r db.Reader, community, pack id.ID) (*Pack, error) {
	all, err := packs(ctx, r, community, "p.id = ?", pack[:])
	if err == nil && len(all) == 0 {
		err = ErrNoPack
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// PacksOf lists the packs of a quarter, the first first.
func (s *Service) PacksOf(ctx context.Context, r db.Reader, community id.ID, quarter period.Month) ([]Pack, error) {
	return packs(ctx, r, community, "p.quarter = ? ORDER BY p.id", int64(quarter))
}

// AllPacks lists every pack, the latest quarter first.
func (s *Service) AllPacks(ctx context.Context, r db.Reader, community id.ID) ([]Pack, error) {
	return packs(ctx, r, community, "p.quarter > 0 ORDER BY p.quarter DESC, p.id LIMIT 200")
}

// ClaimsOf lists the claims of a member, the latest first.
func (s *Service) ClaimsOf(ctx context.Context, r db.Reader, community, member id.ID) ([]Claim, error) {
	return claims(ctx, r, community, "c.member_id = ? ORDER BY c.id DESC", member[:])
}

// ClaimByCode finds a claim by the digits that people say.
func (s *Service) ClaimByCode(ctx context.Context, r db.Reader, community id.ID, code string) (*Claim, error) {
	all, err := claims(ctx, r, community, "c.code = ?", code)
	if err == nil && len(all) == 0 {
		err = ErrNoClaim.On("code")
	}
	if err != nil {
		return nil, err
	}
	return &all[0], nil
}

// ClaimsOver lists claims that wait although their last day is over.
func (s *Service) ClaimsOver(ctx context.Context, r db.Reader, community id.ID, today period.Day, limit int) ([]Claim, error) {
	return claims(ctx, r, community, "c.until_day < ? AND e.claim_id IS NULL ORDER BY c.until_day, c.id LIMIT ?", int64(today), limit)
}

// HandedBy lists what a shop handed over, the latest first.
func (s *Service) HandedBy(ctx context.Context, r db.Reader, community, shop id.ID, limit int) ([]Claim, error) {
	return claims(ctx, r, community, "e.merchant_id = ? AND e.how = 'handed' ORDER BY e.ended_at DESC, c.id LIMIT ?", shop[:], limit)
}

// GoodsTaken is the stated value of the goods that were collected in a term.
func (s *Service) GoodsTaken(ctx context.Context, r db.Reader, community, term id.ID) (sum money.Amount, err error) {
	err = db.One(ctx, r, &sum, `SELECT CAST(COALESCE(SUM(p.value), 0) AS BIGINT) FROM membership_claim c
		JOIN membership_claim_end e ON e.community_id = c.community_id AND e.claim_id = c.id AND e.how = 'handed'
		JOIN membership_pack p ON p.community_id = c.community_id AND p.id = c.pack_id AND p.kind = 'goods'
		WHERE c.community_id = ? AND c.term_id = ?`, community[:], term[:])
	return sum, err
}

func packs(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Pack, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Pack
		var at int64
		err := rows.Scan(&p.ID, &p.Quarter, &p.Kind, &p.Title, &p.Content, &p.Partner, &p.Value, &p.Cost, &p.Stock, &p.Until, &p.By, &at, &p.Closed, &p.Taken, &p.Handed)
		p.At = micros(at)
		all = append(all, p)
		return err
	}, `SELECT p.id, p.quarter, p.kind, p.title, p.content, p.partner, p.value, p.cost, p.stock, p.until_day, p.made_by, p.made_at, COALESCE(x.reason, ''),
		(SELECT count(*) FROM membership_claim c WHERE c.community_id = p.community_id AND c.pack_id = p.id
			AND NOT EXISTS (SELECT 1 FROM membership_claim_end e WHERE e.community_id = c.community_id AND e.claim_id = c.id AND e.how = 'void')),
		(SELECT count(*) FROM membership_claim c JOIN membership_claim_end e ON e.community_id = c.community_id AND e.claim_id = c.id AND e.how = 'handed'
			WHERE c.community_id = p.community_id AND c.pack_id = p.id)
		FROM membership_pack p LEFT JOIN membership_pack_end x ON x.community_id = p.community_id AND x.pack_id = p.id
		WHERE p.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	for i := range all {
		if err == nil {
			err = db.Each(ctx, r, func(rows *sql.Rows) error {
				var shop id.ID
				err := rows.Scan(&shop)
				all[i].Shops = append(all[i].Shops, shop)
				return err
			}, "SELECT merchant_id FROM membership_pack_shop WHERE community_id = ? AND pack_id = ? ORDER BY merchant_id", community[:], all[i].ID[:])
		}
	}
	return all, err
}

func claims(ctx context.Context, r db.Reader, community id.ID, where string, args ...any) (all []Claim, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var c Claim
		var at int64
		var how, by sql.NullString
		var shop id.ID
		var seq, ended sql.NullInt64
		if err := rows.Scan(&c.ID, &c.Pack, &c.Member, &c.Term, &c.Quarter, &c.Code, &c.Until, &at, &how, &shop, &seq, &by, &ended); err != nil {
			return err
		}
		c.At = micros(at)
		if ended.Valid {
			c.End = &ClaimEnd{How: how.String, Shop: shop, Seq: seq.Int64, By: by.String, At: micros(ended.Int64)}
		}
		all = append(all, c)
		return nil
	}, `SELECT c.id, c.pack_id, c.member_id, c.term_id, c.quarter, c.code, c.until_day, c.claimed_at, e.how, e.merchant_id, e.seq, e.ended_by, e.ended_at
		FROM membership_claim c LEFT JOIN membership_claim_end e ON e.community_id = c.community_id AND e.claim_id = c.id
		WHERE c.community_id = ? AND `+where, append([]any{community[:]}, args...)...)
	return all, err
}
