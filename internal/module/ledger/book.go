package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// markEvery is the distance between marks on an account's chain.
const markEvery = 128

// slot is one account in the writer's memory.
type slot struct {
	account Account
	no      int64
	balance money.Amount
	last    int64 // its latest entry, −1 if none
	entries int64
	dirty   bool // touched in the running batch
}

// seen is an idempotency key that the writer knows.
type seen struct {
	seq     int64
	content [32]byte
}

// book is what a community's writer remembers of its books: the overlay that
// makes posting free of reads. It holds every account, every secret, the log's
// right edge, recent keys, and what the running batch has staged.
type book struct {
	community id.ID
	accounts  map[Account]*slot
	numbered  []*slot // the same by number
	secrets   map[id.ID][16]byte
	forgotten map[id.ID]bool // subjects that were erased
	known     map[string]seen
	tree      *evidence.Tree
	next      int64      // the number of the next entry
	open      period.Day // the first day that is not closed
	lastAt    int64      // posting time of the latest entry, µs

	staged  stage
	journal []change
	publish func(*evidence.Tree)
	sealed  evidence.Staged // what the flushed batch made of the log

	lastKeys []string // of the latest flush, for learn
	raw      rawBody  // scratch of Post
}

// change is one step of the journal: how to take it back.
type change struct {
	what    changeKind
	slot    *slot
	balance money.Amount
	last    int64
	entries int64
	subject id.ID
	secret  [16]byte
	open    period.Day
}

type changeKind uint8

const (
	touched changeKind = iota // a slot moved
	opened                    // an account was opened
	posted                    // an entry was staged
	marked                    // a mark was staged
	learned                   // a subject got its secret
	closed                    // a day was closed
	erased                    // a subject lost its secret
)

type bookKey struct{ *Service }

// maxKnown bounds the keys that are remembered; older ones are found by the
// unique index when a batch is flushed.
var maxKnown = 100_000

func (s *Service) book(ctx context.Context, tx *db.Tx) (*book, error) {
	return db.OverlayOf(ctx, tx, bookKey{s}, s.load)
}

// load reads a community's accounts once, when its writer starts.
func (s *Service) load(ctx context.Context, tx *db.Tx) (*book, error) {
	b := &book{
		community: tx.Community,
		accounts:  make(map[Account]*slot),
		secrets:   make(map[id.ID][16]byte),
		forgotten: make(map[id.ID]bool),
		known:     make(map[string]seen),
		publish: func(t *evidence.Tree) {
			s.trees.Store(tx.Community, t)
			if fn := s.onTree.Load(); fn != nil {
				(*fn)(tx.Community, t)
			}
		},
	}
	if err := b.loadAccounts(ctx, tx); err != nil {
		return nil, err
	}
	if err := b.loadSecrets(ctx, tx); err != nil {
		return nil, err
	}
	if err := b.loadPosition(ctx, tx); err != nil {
		return nil, err
	}
	var err error
	if b.tree, err = s.openTree(ctx, tx, tx.Community); err != nil {
		return nil, err
	}
	b.publish(b.tree)
	return b, nil
}

func (b *book) loadAccounts(ctx context.Context, r db.Reader) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		s := &slot{}
		if err := rows.Scan(&s.no, &s.account.Owner.Kind, &s.account.Owner.ID, &s.account.Purpose, &s.account.Asset, &s.balance, &s.last, &s.entries); err != nil {
			return err
		}
		b.accounts[s.account] = s
		for int64(len(b.numbered)) <= s.no {
			b.numbered = append(b.numbered, nil)
		}
		b.numbered[s.no] = s
		return nil
	}, `SELECT a.no, a.owner_kind, a.owner_id, a.purpose, a.asset, b.balance, b.last_seq, b.entries
		FROM ledger_account a JOIN ledger_balance b ON b.community_id = a.community_id AND b.no = a.no
		WHERE a.community_id = ? AND b.community_id = ?`, b.community[:], b.community[:])
}

func (b *book) loadSecrets(ctx context.Context, r db.Reader) error {
	return db.Each(ctx, r, func(rows *sql.Rows) error {
		var subject id.ID
		var secret []byte
		if err := rows.Scan(&subject, &secret); err != nil {
			return err
		}
		switch len(secret) {
		case 16:
			b.secrets[subject] = [16]byte(secret)
		case 0:
			b.forgotten[subject] = true
		default:
			return fmt.Errorf("%w: the secret of %s", ErrCorrupt, subject)
		}
		return nil
	}, "SELECT subject_id, secret FROM ledger_secret WHERE community_id = ?", b.community[:])
}

func (b *book) loadPosition(ctx context.Context, r db.Reader) error {
	var last struct {
		Seq int64 `db:"seq"`
		At  int64 `db:"posted_at"`
	}
	err := db.One(ctx, r, &last, "SELECT seq, posted_at FROM ledger_entry WHERE community_id = ? ORDER BY seq DESC LIMIT 1", b.community[:])
	switch {
	case err == nil:
		b.next, b.lastAt = last.Seq+1, last.At
	case !errors.Is(err, sql.ErrNoRows):
		return err
	}
	b.open, err = firstOpenDay(ctx, r, b.community)
	return err
}

// slotOf is the account's slot; a new account is opened.
func (b *book) slotOf(a Account) *slot {
	if s := b.accounts[a]; s != nil {
		return s
	}
	s := &slot{account: a, no: int64(len(b.numbered)), last: -1}
	b.accounts[a], b.numbered = s, append(b.numbered, s)
	b.journal = append(b.journal, change{what: opened, slot: s})
	b.staged.accounts = append(b.staged.accounts, s)
	return s
}

// balance is what an account holds now, staged entries included.
func (b *book) balance(a Account) money.Amount {
	if s := b.accounts[a]; s != nil {
		return s.balance
	}
	return 0
}

// secret is the subject's secret, made at first need. Whoever was erased gets one
// that nobody keeps: what is posted later, a refund say, is sealed and at once
// as unlinkable as what was posted before.
func (b *book) secret(tx *db.Tx, subject id.ID) [16]byte {
	if s, ok := b.secrets[subject]; ok {
		return s
	}
	s := tx.NewSecret()
	if b.forgotten[subject] {
		return s
	}
	b.secrets[subject] = s
	b.staged.secrets = append(b.staged.secrets, subject)
	b.journal = append(b.journal, change{what: learned, subject: subject})
	return s
}

// Mark implements db.Overlay.
func (b *book) Mark() int { return len(b.journal) }

// Revert implements db.Overlay.
func (b *book) Revert(mark int) {
	for i := len(b.journal) - 1; i >= mark; i-- {
		c := &b.journal[i]
		switch c.what {
		case touched:
			c.slot.balance, c.slot.last, c.slot.entries = c.balance, c.last, c.entries
		case opened:
			delete(b.accounts, c.slot.account)
			b.numbered = b.numbered[:len(b.numbered)-1]
			b.staged.accounts = b.staged.accounts[:len(b.staged.accounts)-1]
			c.slot.no = -1 // a dirty slot without a number is not written
		case posted:
			b.next--
			delete(b.known, b.staged.dropEntry())
			b.lastAt = c.last
		case marked:
			b.staged.dropMark()
		case learned:
			delete(b.secrets, c.subject)
			b.staged.secrets = b.staged.secrets[:len(b.staged.secrets)-1]
		case closed:
			b.open = c.open
		case erased:
			b.secrets[c.subject] = c.secret
			delete(b.forgotten, c.subject)
		}
	}
	b.journal = b.journal[:mark]
}

// Committed implements db.Overlay.
func (b *book) Committed() {
	if b.staged.size() > 0 {
		b.tree.Apply(b.sealed)
	}
	b.staged.reset()
	b.journal = b.journal[:0]
	if len(b.known) >= maxKnown {
		clear(b.known)
	}
}
