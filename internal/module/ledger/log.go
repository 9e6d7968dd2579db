package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// openTree rebuilds the right edge of a community's evidence log from its tables.
func (s *Service) openTree(ctx context.Context, r db.Reader, community id.ID) (*evidence.Tree, error) {
	size, root, err := s.head(ctx, r, community)
	if err != nil {
		return nil, err
	}
	var nodes []evidence.Node
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var n evidence.Node
		var hash []byte
		if err := rows.Scan(&n.Level, &n.Index, &hash); err != nil {
			return err
		}
		if len(hash) != len(n.Hash) {
			return fmt.Errorf("%w: log node %d/%d", ErrCorrupt, n.Level, n.Index)
		}
		copy(n.Hash[:], hash)
		nodes = append(nodes, n)
		return nil
	}, "SELECT level, idx, hash FROM ledger_node WHERE community_id = ? ORDER BY level, idx", community[:])
	if err != nil {
		return nil, err
	}
	tail, err := leaves(ctx, r, community, size/256*256, size)
	if err != nil {
		return nil, err
	}
	t, err := evidence.Open(size, nodes, tail, leafSource{s, community})
	if err != nil {
		return nil, fmt.Errorf("%w: evidence log: %w", ErrCorrupt, err)
	}
	if got, err := t.Root(ctx, size); err != nil || got != root && size > 0 {
		return nil, errors.Join(fmt.Errorf("%w: the root of the evidence log is not the stored one", ErrCorrupt), err)
	}
	return t, nil
}

// head is the size and root of the log as stored.
func (s *Service) head(ctx context.Context, r db.Reader, community id.ID) (size int64, root evidence.Hash, err error) {
	var h struct {
		Size int64  `db:"size"`
		Root []byte `db:"root"`
	}
	err = db.One(ctx, r, &h, "SELECT size, root FROM ledger_head WHERE community_id = ?", community[:])
	if errors.Is(err, sql.ErrNoRows) {
		return 0, root, nil
	}
	copy(root[:], h.Root)
	return h.Size, root, err
}

// leaves reads the leaf data of entries from ≤ seq < to.
func leaves(ctx context.Context, r db.Reader, community id.ID, from, to int64) ([]evidence.Hash, error) {
	all := make([]evidence.Hash, 0, to-from)
	err := db.Each(ctx, r, func(rows *sql.Rows) error {
		var leaf sql.RawBytes
		if err := rows.Scan(&leaf); err != nil {
			return err
		}
		if len(leaf) != len(evidence.Hash{}) {
			return fmt.Errorf("%w: the leaf of entry %d", ErrCorrupt, from+int64(len(all)))
		}
		all = append(all, evidence.Hash(leaf))
		return nil
	}, "SELECT leaf FROM ledger_entry WHERE community_id = ? AND seq >= ? AND seq < ? ORDER BY seq", community[:], from, to)
	if err == nil && int64(len(all)) != to-from {
		err = fmt.Errorf("%w: %d of the entries %d to %d are missing", ErrCorrupt, to-from-int64(len(all)), from, to)
	}
	return all, err
}

// leafSource reads older leaves when a proof needs them.
type leafSource struct {
	svc       *Service
	community id.ID
}

// Leaves implements evidence.Source.
func (l leafSource) Leaves(ctx context.Context, from, to int64) (all []evidence.Hash, err error) {
	err = l.svc.db.View(ctx, l.community, func(r db.Reader) error {
		all, err = leaves(ctx, r, l.community, from, to)
		return err
	})
	return all, err
}

// Log is a community's evidence log, at least as far as it is committed when Log
// is called.
func (s *Service) Log(ctx context.Context, community id.ID) (t *evidence.Tree, err error) {
	if t := s.tree(community); t != nil {
		return t, nil // our own writer keeps it up to date
	}
	err = s.db.View(ctx, community, func(r db.Reader) error {
		t, err = s.openTree(ctx, r, community)
		return err
	})
	return t, err
}

// Sealed is an entry with what proves it.
type Sealed struct {
	Entry *Entry
	Seal  [32]byte
	Key   [32]byte // the entry's key
	Gone  bool     // the subject was erased: no seal can be computed
}

// Unseal computes an entry's seal from its subject's secret.
func (s *Service) Unseal(ctx context.Context, r db.Reader, e *Entry) (Sealed, error) {
	var secret []byte
	err := db.One(ctx, r, &secret, "SELECT secret FROM ledger_secret WHERE community_id = ? AND subject_id = ?", e.Community[:], idBytes(e.Subject))
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(secret) == 0 {
		return Sealed{Entry: e, Gone: true}, nil
	}
	if err != nil || len(secret) != 16 {
		return Sealed{}, errors.Join(err, ErrCorrupt)
	}
	key := EntryKey([16]byte(secret), e.Community, e.Seq)
	return Sealed{Entry: e, Key: key, Seal: Seal(key, e.Key, e.Content)}, nil
}

// Secrets are the secrets of all subjects that were not erased.
func (s *Service) Secrets(ctx context.Context, r db.Reader, community id.ID) (map[id.ID][16]byte, error) {
	b := &book{community: community, secrets: make(map[id.ID][16]byte), forgotten: make(map[id.ID]bool)}
	err := b.loadSecrets(ctx, r)
	return b.secrets, err
}

// Erase destroys a subject's secret: from then on nobody can link the sealed
// references of its entries to it, and its receipts no longer open. The entries
// and the log stay whole. An empty secret is left as a mark: it tells verify an
// erasure from a loss, and the writer never to make the subject a new secret,
// under which its older entries would look forged (A7, docs/adr/0005).
func (s *Service) Erase(ctx context.Context, tx *db.Tx, subject id.ID) error {
	b, err := s.book(ctx, tx)
	if err != nil {
		return err
	}
	if _, known := b.secrets[subject]; !known || subject.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, "INSERT INTO ledger_secret (community_id, subject_id, secret) VALUES (?, ?, ?) ON CONFLICT (community_id, subject_id) DO UPDATE SET secret = excluded.secret",
		tx.Community[:], subject[:], []byte{}); err != nil {
		return err
	}
	b.journal = append(b.journal, change{what: erased, subject: subject, secret: b.secrets[subject]})
	delete(b.secrets, subject)
	b.forgotten[subject] = true
	return nil
}
