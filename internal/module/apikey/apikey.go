// Package apikey keeps the keys with which programs call the API: tills,
// gateways, offices. A key may do named things in one community, or for one of
// its shops, and nothing else (A2, default deny). Only its hash is stored.
package apikey

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"embed"
	"encoding/base32"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of keys.
var Schema = db.Schema{
	Owner: "module/apikey",
	Tables: []db.Table{{Name: "apikey", Placement: db.Distributed}, {Name: "apikey_revocation", Placement: db.Distributed},
		{Name: "apikey_peer", Placement: db.Distributed}, {Name: "apikey_hand", Placement: db.Distributed}},
	FS: schemaFS,
}

// Right is one thing that a key may do. To the policies it is a role that the
// program holds: see policies/keys.cedar of the access module.
type Right string

// Role is the right as the policies write it.
func (r Right) Role() authz.Role { return authz.Role("key:" + r) }

// The rights.
const (
	Settle Right = "settle" // post purchases and vouchers
	Refund Right = "refund"
	Read   Right = "read"  // books, statements, receipts by reference
	Admin  Right = "admin" // make and revoke keys, close days, propose policies
)

// Rights lists all rights.
var Rights = []Right{Settle, Refund, Read, Admin}

// Scope is where a key may do what.
type Scope struct {
	Rights    []Right `json:"rights"`
	Community string  `json:"community,omitempty"` // reference; "" means every community
	Merchant  string  `json:"merchant,omitempty"`  // reference; "" means every shop
}

// Refusals, in the order in which a call meets them.
var (
	ErrNoKey    = fault.New(fault.Unauthorized, "apikey.missing")
	ErrBadKey   = fault.New(fault.Unauthorized, "apikey.unknown")
	ErrTooFast  = fault.New(fault.TooMany, "apikey.too_fast")
	ErrScope    = fault.New(fault.Forbidden, "apikey.out_of_scope")
	ErrBadScope = fault.New(fault.Invalid, "apikey.bad_scope")

	ErrNoSuchKey = fault.New(fault.NotFound, "apikey.no_such_key")
)

// Key is a key without its secret.
type Key struct {
	ID        id.ID     `json:"id"`
	Name      string    `json:"name"`
	Scope     Scope     `json:"scope"`
	PerSecond int       `json:"per_second"` // calls a second, 0 for no limit
	CreatedAt time.Time `json:"created_at"`
	Revoked   bool      `json:"revoked"`

	hash    []byte
	limiter *rate.Limiter
}

// Actor is who acts when the key does.
func (k *Key) Actor() db.Actor { return db.Actor{Kind: "key", ID: k.ID} }

// Take counts one call (or several, for a batch) against the key's rate.
func (k *Key) Take(now time.Time, calls int) error {
	if k.limiter == nil || k.limiter.AllowN(now, min(calls, k.limiter.Burst())) {
		return nil
	}
	return ErrTooFast.After(time.Second)
}

// Service is the door to keys. It remembers keys that were used for a moment, so
// that a call costs no read; a revocation elsewhere takes effect within it.
type Service struct {
	db   *db.DB
	mu   sync.RWMutex
	used map[id.ID]remembered
}

type remembered struct {
	key   *Key
	until time.Time
}

// memory is how long a key is believed without looking.
const memory = 5 * time.Second

// New makes the service.
func New(d *db.DB) *Service { return &Service{db: d, used: make(map[id.ID]remembered)} }

// A key on the wire is "gy_<32 hex of the id>_<secret>".
var secrets = base32.StdEncoding.WithPadding(base32.NoPadding)

// Make makes a key and returns it once as text. tx belongs to "~".
func (s *Service) Make(ctx context.Context, tx *db.Tx, name string, scope Scope, perSecond int) (k *Key, text string, err error) {
	defer fault.Wrap(&err, "apikey: make %s", name)
	if name == "" || len(name) > 100 || len(scope.Rights) == 0 || perSecond < 0 || scope.Merchant != "" && scope.Community == "" {
		return nil, "", ErrBadScope
	}
	for _, r := range scope.Rights {
		if !slices.Contains(Rights, r) {
			return nil, "", ErrBadScope.With("right", string(r))
		}
	}
	a, b := tx.NewSecret(), tx.NewSecret()
	secret := secrets.EncodeToString(append(a[:], b[:]...))
	hash := sha256.Sum256([]byte(secret)) // 256 random bits need no slow hash
	k = &Key{ID: tx.NewID(), Name: name, Scope: scope, PerSecond: perSecond, CreatedAt: tx.Now}
	encoded, err := json.Marshal(scope)
	if err != nil {
		return nil, "", err
	}
	if _, err = tx.Exec(ctx, "INSERT INTO apikey (community_id, id, name, hash, scope, per_second, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id.Tilde[:], k.ID[:], name, hash[:], string(encoded), perSecond, tx.Now.UnixMicro()); err != nil {
		return nil, "", err
	}
	err = record(ctx, tx, k.ID, Made)
	return k, "gy_" + k.ID.String() + "_" + strings.ToLower(secret), err
}

// Revoke ends a key. tx belongs to "~".
func (s *Service) Revoke(ctx context.Context, tx *db.Tx, key id.ID) error {
	known, err := read(ctx, tx, "k.id = ?", key[:])
	if err != nil {
		return err
	}
	if len(known) == 0 { // a wrong number must not look like a revoked key
		return ErrNoSuchKey.With("id", key)
	}
	if _, err = tx.Exec(ctx, "INSERT INTO apikey_revocation (community_id, key_id, revoked_at) VALUES (?, ?, ?) ON CONFLICT (community_id, key_id) DO NOTHING",
		id.Tilde[:], key[:], tx.Now.UnixMicro()); err == nil {
		err = record(ctx, tx, key, Revoked)
	}
	s.mu.Lock()
	delete(s.used, key)
	s.mu.Unlock()
	return err
}

// List is every key, the oldest first.
func (s *Service) List(ctx context.Context) (all []*Key, err error) {
	err = s.db.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err = read(ctx, r, "1 = ?", 1)
		return err
	})
	return all, err
}

// Check finds the key that a text is, or refuses it. The secret is compared in
// constant time.
func (s *Service) Check(ctx context.Context, text string, now time.Time) (*Key, error) {
	if text == "" {
		return nil, ErrNoKey
	}
	rest, ok := strings.CutPrefix(text, "gy_")
	number, secret, ok2 := strings.Cut(rest, "_")
	key, err := id.Parse(number)
	if !ok || !ok2 || err != nil {
		return nil, ErrBadKey
	}
	k, err := s.find(ctx, key, now)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(strings.ToUpper(secret)))
	if k == nil || k.Revoked || subtle.ConstantTimeCompare(hash[:], k.hash) != 1 {
		return nil, ErrBadKey
	}
	return k, nil
}

func (s *Service) find(ctx context.Context, key id.ID, now time.Time) (*Key, error) {
	s.mu.RLock()
	m, ok := s.used[key]
	s.mu.RUnlock()
	if ok && now.Before(m.until) {
		return m.key, nil
	}
	var found []*Key
	err := s.db.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		found, err = read(ctx, r, "k.id = ?", key[:])
		return err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := found[0]
	if ok && m.key.PerSecond == k.PerSecond {
		k.limiter = m.key.limiter // what was counted stays counted
	}
	s.used[key] = remembered{k, now.Add(memory)}
	return k, nil
}

func read(ctx context.Context, r db.Reader, where string, arg any) (all []*Key, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		k := &Key{}
		var scope []byte
		var at int64
		var revoked *int64
		if err := rows.Scan(&k.ID, &k.Name, &k.hash, &scope, &k.PerSecond, &at, &revoked); err != nil {
			return err
		}
		k.CreatedAt, k.Revoked = time.UnixMicro(at).UTC(), revoked != nil
		if k.PerSecond > 0 {
			k.limiter = rate.NewLimiter(rate.Limit(k.PerSecond), 2*k.PerSecond)
		}
		all = append(all, k)
		return json.Unmarshal(scope, &k.Scope)
	}, `SELECT k.id, k.name, k.hash, k.scope, k.per_second, k.created_at, r.revoked_at FROM apikey k
		LEFT JOIN apikey_revocation r ON r.community_id = k.community_id AND r.key_id = k.id WHERE k.community_id = ? AND `+where+" ORDER BY k.id", id.Tilde[:], arg)
	return all, err
}

// PeerSecret is what the instances of an installation share, made at first need.
func (s *Service) PeerSecret(ctx context.Context) (secret []byte, err error) {
	look := func(r db.Reader) error {
		return db.One(ctx, r, &secret, "SELECT secret FROM apikey_peer WHERE community_id = ?", id.Tilde[:])
	}
	if err = s.db.View(ctx, id.Tilde, look); !errors.Is(err, sql.ErrNoRows) {
		return secret, err
	}
	err = s.db.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error {
		a, b := tx.NewSecret(), tx.NewSecret()
		if _, err := tx.Exec(ctx, "INSERT INTO apikey_peer (community_id, secret) VALUES (?, ?) ON CONFLICT (community_id) DO NOTHING", id.Tilde[:], append(a[:], b[:]...)); err != nil {
			return err
		}
		return look(tx)
	})
	return secret, err
}
