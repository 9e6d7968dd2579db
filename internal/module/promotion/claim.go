package promotion

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Claim says that a shop recommended a buyer to another shop. It is good for a
// while and used up by the buyer's first purchase there.
type Claim struct {
	ID          id.ID
	Recommender id.ID
	Member      id.ID
	Target      id.ID
	MadeAt      time.Time
}

// Recommend records under a reference that shop A recommended a member to shop B.
// The same recommendation again is the one that was recorded first.
func (s *Service) Recommend(ctx context.Context, tx *db.Tx, ref string, a, member, b id.ID) (c Claim, err error) {
	defer fault.Wrap(&err, "promotion: recommend %s", ref)
	switch {
	case ref == "" || len(ref) > 64:
		return Claim{}, ErrBadRecommendation.On("recommendation_ref")
	case a == b || member.IsZero():
		return Claim{}, ErrSameShop
	}
	c, err = recommended(ctx, tx, ref)
	switch {
	case err == nil && (c.Recommender != a || c.Member != member || c.Target != b):
		return Claim{}, ErrRecommendationExists.On("recommendation_ref")
	case err == nil, !errors.Is(err, sql.ErrNoRows):
		return c, err
	}
	if c, err = s.claim(ctx, tx, a, member, b); err != nil {
		return Claim{}, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO promotion_recommendation (community_id, ref, claim_id) VALUES (?, ?, ?)", tx.Community[:], ref, c.ID[:])
	return c, err
}

// recommended is the claim that was recorded under a reference.
func recommended(ctx context.Context, tx *db.Tx, ref string) (Claim, error) {
	var row struct {
		ID          id.ID `db:"id"`
		Recommender id.ID `db:"recommender_id"`
		Member      id.ID `db:"member_id"`
		Target      id.ID `db:"target_id"`
		At          int64 `db:"made_at"`
	}
	err := db.One(ctx, tx, &row, `SELECT c.id, c.recommender_id, c.member_id, c.target_id, c.made_at FROM promotion_recommendation r
		JOIN promotion_claim c ON c.community_id = r.community_id AND c.id = r.claim_id WHERE r.community_id = ? AND r.ref = ?`, tx.Community[:], ref)
	return Claim{row.ID, row.Recommender, row.Member, row.Target, time.UnixMicro(row.At).UTC()}, err
}

// claim makes a claim of shop A on a member's purchase at shop B.
func (s *Service) claim(ctx context.Context, tx *db.Tx, a, member, b id.ID) (Claim, error) {
	c := Claim{ID: tx.NewID(), Recommender: a, Member: member, Target: b, MadeAt: tx.Now}
	return c, s.makeClaim(ctx, tx, c)
}

func (s *Service) makeClaim(ctx context.Context, tx *db.Tx, c Claim) error {
	open, err := s.claims.Get(ctx, tx, c.Member)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_claim (community_id, id, recommender_id, member_id, target_id, made_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], c.ID[:], c.Recommender[:], c.Member[:], c.Target[:], c.MadeAt.UnixMicro()); err != nil {
		return err
	}
	return s.claims.Put(ctx, tx, c.Member, append(slices.Clip(open), c))
}

// Claims are the unused claims on a member, the oldest first; settlement chooses
// among those for its shop. The slice is shared: do not change it.
func (s *Service) Claims(ctx context.Context, tx *db.Tx, member id.ID) ([]Claim, error) {
	return s.claims.Get(ctx, tx, member)
}

// UseClaim notes that purchase seq used a claim up.
func (s *Service) UseClaim(ctx context.Context, tx *db.Tx, member, claim id.ID, seq int64) error {
	open, err := s.claims.Get(ctx, tx, member)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO promotion_claim_use (community_id, claim_id, seq) VALUES (?, ?, ?)", tx.Community[:], claim[:], seq); err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(open), func(c Claim) bool { return c.ID == claim })
	return s.claims.Put(ctx, tx, member, left)
}

func loadClaims(ctx context.Context, tx *db.Tx, member id.ID) (open []Claim, err error) {
	err = db.Each(ctx, tx, func(rows *sql.Rows) error {
		c := Claim{Member: member}
		var at int64
		if err := rows.Scan(&c.ID, &c.Recommender, &c.Target, &at); err != nil {
			return err
		}
		c.MadeAt = time.UnixMicro(at).UTC()
		open = append(open, c)
		return nil
	}, `SELECT c.id, c.recommender_id, c.target_id, c.made_at FROM promotion_claim c
		LEFT JOIN promotion_claim_use u ON u.community_id = c.community_id AND u.claim_id = c.id
		WHERE c.member_id = ? AND c.community_id = ? AND u.claim_id IS NULL ORDER BY c.made_at, c.id`, member[:], tx.Community[:])
	return open, err
}
