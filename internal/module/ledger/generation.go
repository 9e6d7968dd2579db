package ledger

import (
	"context"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// Generation is one signed life of a community's evidence log.
type Generation struct {
	Number   int    `db:"generation"`
	Origin   string `db:"origin"`
	Verifier string `db:"verifier"` // the public key, as people hand it on
	BegunAt  int64  `db:"begun_at"` // µs
}

// Generations lists the lives of a community's log, the first first.
func (s *Service) Generations(ctx context.Context, r db.Reader, community id.ID) (all []Generation, err error) {
	err = db.All(ctx, r, &all, "SELECT generation, origin, verifier, begun_at FROM ledger_log WHERE community_id = ? ORDER BY generation", community[:])
	return all, err
}

// Begin notes a generation; one that is noted already stays as it is.
func (s *Service) Begin(ctx context.Context, tx *db.Tx, o evidence.Origin, verifier string) error {
	_, err := tx.Exec(ctx, "INSERT INTO ledger_log (community_id, generation, origin, verifier, begun_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, generation) DO NOTHING",
		tx.Community[:], o.Generation, o.String(), verifier, tx.Now.UnixMicro())
	return err
}

// OnTree makes fn hear of every evidence log that this process's writers have
// taken over already, take over later or read anew; of one it may hear twice. fn
// must not wait for a writer.
func (s *Service) OnTree(fn func(community id.ID, t *evidence.Tree)) {
	s.onTree.Store(&fn)
	s.trees.Range(func(community, t any) bool {
		fn(community.(id.ID), t.(*evidence.Tree))
		return true
	})
}

// Keeps reports whether t is the log of a community that this process's writer
// keeps up to date now.
func (s *Service) Keeps(community id.ID, t *evidence.Tree) bool { return s.tree(community) == t }

// Warm loads a community's books into its writer's memory.
func (s *Service) Warm(ctx context.Context, community id.ID) error {
	return s.db.Update(ctx, community, db.System, func(tx *db.Tx) error {
		_, err := s.book(ctx, tx)
		return err
	})
}

// Leave forgets a log that another instance keeps now.
func (s *Service) Leave(community id.ID) { s.trees.Delete(community) }
