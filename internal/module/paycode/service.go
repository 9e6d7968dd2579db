package paycode

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/db"
)

// Service is the door to payment codes. Everything is written under id.Tilde.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Make gives a phone a key. The one that its sign-in had before ends.
func (s *Service) Make(ctx context.Context, tx *db.Tx, person, session id.ID, turn time.Duration) (k Key, err error) {
	defer fault.Wrap(&err, "paycode: make a key")
	if before, err := s.OfSession(ctx, tx, session); err == nil {
		if err := s.End(ctx, tx, before.ID); err != nil {
			return k, err
		}
	} else if !errors.Is(err, ErrNoKey) {
		return k, err
	}
	k = Key{ID: tx.NewID(), Person: person, Session: session, Turn: turn, MadeAt: tx.Now}
	if k.Handle, err = freeHandle(ctx, tx); err != nil {
		return k, err
	}
	a, b := tx.NewSecret(), tx.NewSecret()
	copy(k.Secret[:], a[:])
	copy(k.Secret[16:], b[:])
	_, err = tx.Exec(ctx, "INSERT INTO paycode_key (community_id, id, person_id, session_id, handle, secret, turn_seconds, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], k.ID[:], person[:], session[:], k.Handle, k.Secret[:], int64(turn/time.Second), k.MadeAt.UnixMicro())
	return k, err
}

// freeHandle is eight digits, the first not zero, that no key has.
func freeHandle(ctx context.Context, tx *db.Tx) (string, error) {
	for range 20 {
		b := tx.NewSecret()
		n := uint64(0)
		for _, x := range b[:8] {
			n = n<<8 | uint64(x)
		}
		handle := fmt.Sprint(10_000_000 + n%90_000_000)
		if _, err := find(ctx, tx, "k.handle = ?", handle); errors.Is(err, ErrNoKey) {
			return handle, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", errors.New("no handle is free")
}

// End ends a key: its codes count no more.
func (s *Service) End(ctx context.Context, tx *db.Tx, key id.ID) error {
	_, err := tx.Exec(ctx, "INSERT INTO paycode_key_end (community_id, key_id, ended_at) VALUES (?, ?, ?) ON CONFLICT (community_id, key_id) DO NOTHING",
		tx.Community[:], key[:], tx.Now.UnixMicro())
	return err
}

// OfSession is the key of a sign-in.
func (s *Service) OfSession(ctx context.Context, r db.Reader, session id.ID) (*Key, error) {
	return find(ctx, r, "e.key_id IS NULL AND k.session_id = ?", session[:])
}

// ByID is a key, ended or not.
func (s *Service) ByID(ctx context.Context, r db.Reader, key id.ID) (*Key, error) {
	return find(ctx, r, "k.id = ?", key[:])
}

// Of are a person's keys that count, the first first.
func (s *Service) Of(ctx context.Context, r db.Reader, person id.ID) (all []Key, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		k := Key{Person: person}
		var made int64
		err := rows.Scan(&k.ID, &k.Session, &k.Handle, &made)
		k.MadeAt = time.UnixMicro(made).UTC()
		all = append(all, k)
		return err
	}, `SELECT k.id, k.session_id, k.handle, k.made_at FROM paycode_key k LEFT JOIN paycode_key_end e ON e.community_id = k.community_id AND e.key_id = k.id
		WHERE k.community_id = ? AND k.person_id = ? AND e.key_id IS NULL ORDER BY k.id`, id.Tilde[:], person[:])
	return all, err
}

// The most wrong ends for a handle in a while: at three codes a try, a guess succeeds
// once in some hundred thousand years.
const (
	mostMisses = 10
	missWhile  = 10 * time.Minute
)

// For is the checkout for which a code is used.
type For struct {
	Place    id.ID // community
	Checkout id.ID
}

// Spend uses a code up that was shown at an instant, and tells whose it is; for the same
// thing it may be asked again, also when the code has turned. A code that
// nobody shows is a refusal that must be noted with Miss, in a transaction of its own.
func (s *Service) Spend(ctx context.Context, tx *db.Tx, code string, shown time.Time, skew time.Duration, use For) (*Key, error) {
	handle, end, err := Split(code)
	if err != nil {
		return nil, err
	}
	k, err := s.living(ctx, tx, "k.handle = ?", handle)
	if err != nil {
		return nil, err
	}
	err = s.use(ctx, tx, k, said{atTill, end, 0}, shown, skew, use)
	if errors.Is(err, ErrUsed) || errors.Is(err, ErrBadCode) { // it may have turned since it was used for this
		used, e := s.usedFor(ctx, tx, k, end, use)
		if e != nil || !used.IsZero() {
			err = e
		}
	}
	return k, err
}

// UsedFor is when a code was used up for something, zero if it was not. What stopped
// between the code and what it was shown for goes on from there.
func (s *Service) UsedFor(ctx context.Context, r db.Reader, code string, use For) (at time.Time, err error) {
	handle, end, err := Split(code)
	if err != nil {
		return at, err
	}
	k, err := find(ctx, r, "e.key_id IS NULL AND k.handle = ?", handle)
	if errors.Is(err, ErrNoKey) {
		return at, nil
	}
	if err != nil {
		return at, err
	}
	return s.usedFor(ctx, r, k, end, use)
}

// usedFor compares the digits with those of the turn that was used up.
func (s *Service) usedFor(ctx context.Context, r db.Reader, k *Key, digits string, f For) (at time.Time, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var turn, used int64
		if err := rows.Scan(&turn, &used); err != nil {
			return err
		}
		if subtle.ConstantTimeCompare([]byte(k.end(atTill, turn, 0, len(digits))), []byte(digits)) == 1 {
			at = time.UnixMicro(used).UTC()
		}
		return nil
	}, "SELECT turn, used_at FROM paycode_use WHERE community_id = ? AND key_id = ? AND what = ? AND place_id = ? AND checkout_id = ?", id.Tilde[:], k.ID[:], atTill, f.Place[:], f.Checkout[:])
	return at, err
}

// Consent uses up a word of consent of the key to an amount.
func (s *Service) Consent(ctx context.Context, tx *db.Tx, key id.ID, digits string, list money.Amount, shown time.Time, skew time.Duration, use For) error {
	k, err := s.living(ctx, tx, "k.id = ?", key[:])
	if err != nil {
		return err
	}
	return s.use(ctx, tx, k, said{consent, digits, list}, shown, skew, use)
}

// living is a key that still counts and was not guessed at too often.
func (s *Service) living(ctx context.Context, tx *db.Tx, where string, arg any) (*Key, error) {
	k, err := find(ctx, tx, "e.key_id IS NULL AND "+where, arg)
	if errors.Is(err, ErrNoKey) {
		return nil, ErrBadCode.On("code")
	}
	if err != nil {
		return nil, err
	}
	var misses int
	if err := db.One(ctx, tx, &misses, "SELECT count(*) FROM paycode_miss WHERE community_id = ? AND handle = ? AND missed_at > ?",
		tx.Community[:], k.Handle, tx.Now.Add(-missWhile).UnixMicro()); err != nil {
		return nil, err
	}
	if misses >= mostMisses {
		return nil, ErrThrottle.On("code").After(missWhile)
	}
	return k, nil
}

// said is what a code says.
type said struct {
	what   string
	digits string
	amount money.Amount
}

func (s *Service) use(ctx context.Context, tx *db.Tx, k *Key, w said, shown time.Time, skew time.Duration, f For) error {
	for _, turn := range k.turns(shown, skew) {
		if subtle.ConstantTimeCompare([]byte(k.end(w.what, turn, w.amount, len(w.digits))), []byte(w.digits)) != 1 {
			continue
		}
		n, err := tx.Exec(ctx, `INSERT INTO paycode_use (community_id, key_id, what, turn, place_id, checkout_id, used_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (community_id, key_id, what, turn) DO NOTHING`, tx.Community[:], k.ID[:], w.what, turn, f.Place[:], f.Checkout[:], tx.Now.UnixMicro())
		if err == nil && n == 0 {
			err = ErrUsed.On("code")
		}
		return err
	}
	return ErrBadCode.On("code")
}

// LastUse is the checkout that a key opened last, false if none since a time.
func (s *Service) LastUse(ctx context.Context, r db.Reader, key id.ID, since time.Time) (f For, ok bool, err error) {
	var row struct {
		Place    id.ID `db:"place_id"`
		Checkout id.ID `db:"checkout_id"`
	}
	err = db.One(ctx, r, &row, `SELECT place_id, checkout_id FROM paycode_use WHERE community_id = ? AND key_id = ? AND what = ? AND used_at >= ? ORDER BY used_at DESC LIMIT 1`,
		id.Tilde[:], key[:], atTill, since.UnixMicro())
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	return For(row), err == nil, err
}

// Miss notes that a wrong end was tried for a handle, known or not.
func (s *Service) Miss(ctx context.Context, tx *db.Tx, handle string) error {
	key := tx.NewID()
	_, err := tx.Exec(ctx, "INSERT INTO paycode_miss (community_id, id, handle, missed_at) VALUES (?, ?, ?, ?)", tx.Community[:], key[:], handle, tx.Now.UnixMicro())
	return err
}

// Tidy forgets uses and misses that can matter no more: no scan waits so long.
func (s *Service) Tidy(ctx context.Context, tx *db.Tx, before time.Time) error {
	for _, q := range []string{"DELETE FROM paycode_use WHERE community_id = ? AND used_at < ?", "DELETE FROM paycode_miss WHERE community_id = ? AND missed_at < ?"} {
		if _, err := tx.Exec(ctx, q, tx.Community[:], before.UnixMicro()); err != nil {
			return err
		}
	}
	return nil
}

// Erase forgets a person's keys.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, person id.ID) (err error) {
	defer fault.Wrap(&err, "paycode: erase")
	var keys []id.ID
	if err := db.All(ctx, tx, &keys, "SELECT id FROM paycode_key WHERE community_id = ? AND person_id = ?", tx.Community[:], person[:]); err != nil {
		return err
	}
	for _, k := range keys {
		for _, q := range []string{"DELETE FROM paycode_use WHERE community_id = ? AND key_id = ?", "DELETE FROM paycode_key_end WHERE community_id = ? AND key_id = ?", "DELETE FROM paycode_key WHERE community_id = ? AND id = ?"} {
			if _, err := tx.Exec(ctx, q, tx.Community[:], k[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func find(ctx context.Context, r db.Reader, where string, arg any) (*Key, error) {
	var row struct {
		ID      id.ID  `db:"id"`
		Person  id.ID  `db:"person_id"`
		Session id.ID  `db:"session_id"`
		Handle  string `db:"handle"`
		Secret  []byte `db:"secret"`
		Turn    int64  `db:"turn_seconds"`
		MadeAt  int64  `db:"made_at"`
	}
	err := db.One(ctx, r, &row, `SELECT k.id, k.person_id, k.session_id, k.handle, k.secret, k.turn_seconds, k.made_at FROM paycode_key k
		LEFT JOIN paycode_key_end e ON e.community_id = k.community_id AND e.key_id = k.id
		WHERE k.community_id = ? AND `+where, id.Tilde[:], arg)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoKey
	}
	if err != nil {
		return nil, err
	}
	k := &Key{ID: row.ID, Person: row.Person, Session: row.Session, Handle: row.Handle, Turn: time.Duration(row.Turn) * time.Second, MadeAt: time.UnixMicro(row.MadeAt).UTC()}
	if copy(k.Secret[:], row.Secret) != len(k.Secret) {
		return nil, fmt.Errorf("paycode: the secret of %s is cut", row.ID)
	}
	return k, nil
}
