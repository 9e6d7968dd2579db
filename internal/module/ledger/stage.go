package ledger

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// stage is what a batch will write, column by column as db.Bulk wants it. Its
// slices are kept from batch to batch.
type stage struct {
	communities [][]byte // the same id, as often as the longest column needs
	community   []byte

	seq, postedAt, bookedOn, kind []int64
	keys                          []string
	content                       [][32]byte
	leaf                          [][32]byte
	bodies                        []byte // one after another
	ends                          []int

	markNo, markSeq, markBalance []int64

	accounts []*slot
	secrets  []id.ID
	dirty    []*slot
}

func (s *stage) size() int   { return len(s.seq) }
func (s *stage) empty() bool { return len(s.seq) == 0 }

func (s *stage) addEntry(e *Entry, body func(b []byte) []byte) {
	s.seq = append(s.seq, e.Seq)
	s.postedAt = append(s.postedAt, e.PostedAt.UnixMicro())
	s.bookedOn = append(s.bookedOn, int64(e.BookedOn))
	s.kind = append(s.kind, int64(e.Kind))
	s.keys = append(s.keys, e.Key)
	s.content = append(s.content, e.Content)
	s.leaf = append(s.leaf, e.Leaf)
	s.bodies = body(s.bodies)
	s.ends = append(s.ends, len(s.bodies))
}

// dropEntry takes back the latest entry and tells its key.
func (s *stage) dropEntry() string {
	n := s.size() - 1
	key := s.keys[n]
	s.seq, s.postedAt, s.bookedOn, s.kind = s.seq[:n], s.postedAt[:n], s.bookedOn[:n], s.kind[:n]
	s.keys, s.content, s.leaf, s.ends = s.keys[:n], s.content[:n], s.leaf[:n], s.ends[:n]
	s.bodies = s.bodies[:s.bodyStart(n)]
	return key
}

func (s *stage) bodyStart(i int) int {
	if i == 0 {
		return 0
	}
	return s.ends[i-1]
}

func (s *stage) addMark(no, seq int64, balance money.Amount) {
	s.markNo, s.markSeq, s.markBalance = append(s.markNo, no), append(s.markSeq, seq), append(s.markBalance, int64(balance))
}

func (s *stage) dropMark() {
	n := len(s.markNo) - 1
	s.markNo, s.markSeq, s.markBalance = s.markNo[:n], s.markSeq[:n], s.markBalance[:n]
}

func (s *stage) reset() {
	s.seq, s.postedAt, s.bookedOn, s.kind = s.seq[:0], s.postedAt[:0], s.bookedOn[:0], s.kind[:0]
	s.keys, s.content, s.leaf, s.ends, s.bodies = s.keys[:0], s.content[:0], s.leaf[:0], s.ends[:0], s.bodies[:0]
	s.markNo, s.markSeq, s.markBalance = s.markNo[:0], s.markSeq[:0], s.markBalance[:0]
	s.accounts, s.secrets = s.accounts[:0], s.secrets[:0]
	for _, d := range s.dirty {
		d.dirty = false
	}
	s.dirty = s.dirty[:0]
}

// column is the community's id, n times.
func (s *stage) column(n int) db.Column {
	for len(s.communities) < n {
		s.communities = append(s.communities, s.community)
	}
	return db.Column{Name: "community_id", Bytes: s.communities[:n]}
}

// Flush implements db.Overlay: one statement a table.
func (b *book) Flush(ctx context.Context, f *db.Flush) error {
	s := &b.staged
	s.community = b.community[:]
	b.flushAccounts(f)
	b.flushBalances(f)
	if s.empty() {
		return nil
	}
	n := s.size()
	b.lastKeys = s.keys
	content, leaf, body := make([][]byte, n), make([][]byte, n), make([][]byte, n)
	leaves := make([]evidence.Hash, n)
	for i := range n {
		content[i], leaf[i] = s.content[i][:], s.leaf[i][:]
		body[i] = s.bodies[s.bodyStart(i):s.ends[i]]
		leaves[i] = s.leaf[i]
	}
	f.Insert(&db.Bulk{
		Table: "ledger_entry", Conflict: "ON CONFLICT (idem_key, community_id) DO NOTHING", OnShort: b.learn,
		Columns: []db.Column{s.column(n), {Name: "seq", Ints: s.seq}, {Name: "posted_at", Ints: s.postedAt},
			{Name: "booked_on", Ints: s.bookedOn}, {Name: "kind", Ints: s.kind}, {Name: "idem_key", Texts: s.keys},
			{Name: "content", Bytes: content}, {Name: "body", Bytes: body}, {Name: "leaf", Bytes: leaf}},
	})
	if m := len(s.markNo); m > 0 {
		f.Insert(&db.Bulk{Table: "ledger_mark", Conflict: "ON CONFLICT (community_id, no, seq) DO NOTHING",
			Columns: []db.Column{s.column(m), {Name: "no", Ints: s.markNo}, {Name: "seq", Ints: s.markSeq}, {Name: "balance", Ints: s.markBalance}}})
	}
	b.flushLog(f, leaves)
	return nil
}

func (b *book) flushAccounts(f *db.Flush) {
	s := &b.staged
	if n := len(s.secrets); n > 0 {
		subjects, secrets := make([][]byte, 0, n), make([][]byte, 0, n)
		for _, subject := range s.secrets {
			if secret, ok := b.secrets[subject]; ok { // else erased in this very batch
				subjects, secrets = append(subjects, idBytes(subject)), append(secrets, secret[:])
			}
		}
		f.Insert(&db.Bulk{Table: "ledger_secret", Conflict: "ON CONFLICT (community_id, subject_id) DO NOTHING",
			Columns: []db.Column{s.column(len(subjects)), {Name: "subject_id", Bytes: subjects}, {Name: "secret", Bytes: secrets}}})
	}
	n := len(s.accounts)
	if n == 0 {
		return
	}
	no, kind, purpose, asset, owner := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([][]byte, n)
	for i, a := range s.accounts {
		no[i], kind[i], purpose[i], asset[i] = a.no, int64(a.account.Owner.Kind), int64(a.account.Purpose), int64(a.account.Asset)
		owner[i] = idBytes(a.account.Owner.ID)
	}
	f.Insert(&db.Bulk{Table: "ledger_account", Conflict: "ON CONFLICT (community_id, no) DO NOTHING",
		Columns: []db.Column{s.column(n), {Name: "no", Ints: no}, {Name: "owner_kind", Ints: kind}, {Name: "owner_id", Bytes: owner},
			{Name: "purpose", Ints: purpose}, {Name: "asset", Ints: asset}}})
}

func (b *book) flushBalances(f *db.Flush) {
	s := &b.staged
	n := len(s.dirty)
	no, balance, last, entries := make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n), make([]int64, 0, n)
	for _, d := range s.dirty {
		if d.no < 0 { // opened by a closure that was taken back
			continue
		}
		no, balance = append(no, d.no), append(balance, int64(d.balance))
		last, entries = append(last, d.last), append(entries, d.entries)
	}
	if len(no) == 0 {
		return
	}
	f.Insert(&db.Bulk{Table: "ledger_balance",
		Conflict: "ON CONFLICT (community_id, no) DO UPDATE SET balance = excluded.balance, last_seq = excluded.last_seq, entries = excluded.entries",
		Columns:  []db.Column{s.column(len(no)), {Name: "no", Ints: no}, {Name: "balance", Ints: balance}, {Name: "last_seq", Ints: last}, {Name: "entries", Ints: entries}}})
}

// flushLog grows the evidence log by the batch's leaves.
func (b *book) flushLog(f *db.Flush, leaves []evidence.Hash) {
	s := &b.staged
	b.sealed = b.tree.Stage(leaves)
	f.Insert(&db.Bulk{Table: "ledger_head", Conflict: "ON CONFLICT (community_id) DO UPDATE SET size = excluded.size, root = excluded.root",
		Columns: []db.Column{s.column(1), {Name: "size", Ints: []int64{b.sealed.Size}}, {Name: "root", Bytes: [][]byte{b.sealed.Root[:]}}}})
	n := len(b.sealed.Nodes)
	if n == 0 {
		return
	}
	level, index, hash := make([]int64, n), make([]int64, n), make([][]byte, n)
	for i := range b.sealed.Nodes {
		node := &b.sealed.Nodes[i]
		level[i], index[i], hash[i] = int64(node.Level), node.Index, node.Hash[:]
	}
	f.Insert(&db.Bulk{Table: "ledger_node", Conflict: "ON CONFLICT (community_id, level, idx) DO NOTHING",
		Columns: []db.Column{s.column(n), {Name: "level", Ints: level}, {Name: "idx", Ints: index}, {Name: "hash", Bytes: hash}}})
}

// learn finds which of the batch's keys exist already; the batch then runs again
// and answers them from memory. Most batches never need it, which is why no key
// is looked up beforehand.
func (b *book) learn(ctx context.Context, r db.Reader) error {
	before := len(b.known)
	if err := b.find(ctx, r, b.lastKeys); err != nil {
		return err
	}
	if len(b.known) == before {
		return errors.New("ledger: entries were not written and their keys do not exist")
	}
	return nil
}

// find reads which of the keys were posted. A chunk that is short repeats its
// last key, so that few statements are compiled.
func (b *book) find(ctx context.Context, r db.Reader, keys []string) error {
	chunk := min(len(keys), 64)
	if chunk > 1 {
		chunk = 64
	}
	for from := 0; from < len(keys); from += chunk {
		args := []any{b.community[:]}
		for i := range chunk {
			args = append(args, keys[min(from+i, len(keys)-1)])
		}
		err := db.Each(ctx, r, func(rows *sql.Rows) error {
			var key string
			var k seen
			var content []byte
			if err := rows.Scan(&key, &k.seq, &content); err != nil {
				return err
			}
			copy(k.content[:], content)
			b.known[key] = k
			return nil
		}, "SELECT idem_key, seq, content FROM ledger_entry WHERE community_id = ? AND idem_key IN ("+strings.TrimSuffix(strings.Repeat("?,", chunk), ",")+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

func idBytes(v id.ID) []byte {
	if v.IsZero() {
		return []byte{}
	}
	return v[:]
}
