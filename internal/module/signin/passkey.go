package signin

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals about passkeys.
var (
	ErrNoPasskeys  = fault.New(fault.Conflict, "signin.no_passkeys_here")
	ErrNotFresh    = fault.New(fault.Conflict, "signin.not_fresh")
	ErrNeedsKey    = fault.New(fault.Conflict, "signin.needs_passkey")
	ErrBadPasskey  = fault.New(fault.Invalid, "signin.bad_passkey")
	ErrPasskeyName = fault.New(fault.Invalid, "signin.bad_passkey_name")
	ErrNoPasskey   = fault.New(fault.NotFound, "signin.no_such_passkey")
	ErrLastPasskey = fault.New(fault.Conflict, "signin.last_passkey")
	ErrManyKeys    = fault.New(fault.Conflict, "signin.too_many_passkeys")
)

// maxPasskeys is how many a person may have.
const maxPasskeys = 20

// Passkey is a key pair whose private half never leaves a person's device.
type Passkey struct {
	ID     id.ID
	Person id.ID
	Name   string // what she calls it: "办公室电脑"
	MadeAt time.Time
	UsedAt time.Time

	credential webauthn.Credential
}

// Relying is this house as passkeys know it, by the address under which people
// reach it. A house without a name of its own, at a mere number, has no passkeys:
// browsers refuse them there.
func Relying(address string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, ErrNoPasskeys
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || u.Scheme != "https" && host != "localhost" {
		return nil, ErrNoPasskeys
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Gongyi", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, ErrNoPasskeys
	}
	return w, nil
}

// Holder is a person as the library of passkeys asks for her.
type Holder struct {
	Person id.ID
	Name   string
	Keys   []*Passkey
}

// WebAuthnID implements webauthn.User.
func (h Holder) WebAuthnID() []byte { return h.Person[:] }

// WebAuthnName implements webauthn.User.
func (h Holder) WebAuthnName() string { return h.Name }

// WebAuthnDisplayName implements webauthn.User.
func (h Holder) WebAuthnDisplayName() string { return h.Name }

// WebAuthnCredentials implements webauthn.User.
func (h Holder) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(h.Keys))
	for i, k := range h.Keys {
		all[i] = k.credential
	}
	return all
}

// Exclusions are her passkeys, of which a device is not to make a second one.
func (h Holder) Exclusions() webauthn.RegistrationOption {
	return webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors())
}

// Challenge keeps what a passkey is to answer and gives the token of the browser's
// cookie. person is who wants a new passkey, zero if somebody signs in. tx belongs
// to "~".
func (s *Service) Challenge(ctx context.Context, tx *db.Tx, person id.ID, data *webauthn.SessionData) (token string, err error) {
	text, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	return s.openVisit(ctx, tx, Visit{Keyed: person, Challenge: text})
}

// TakeChallenge gives a challenge once: whatever comes of it, it is gone. tx
// belongs to "~".
func (s *Service) TakeChallenge(ctx context.Context, tx *db.Tx, token string, person id.ID) (data webauthn.SessionData, err error) {
	v, err := s.VisitOf(ctx, tx, token)
	if err == nil && (len(v.Challenge) == 0 || v.Keyed != person) {
		err = ErrNoVisit
	}
	if err == nil {
		err = s.closeVisit(ctx, tx, token)
	}
	if err == nil {
		err = json.Unmarshal(v.Challenge, &data)
	}
	return data, err
}

// Passkeys are those of a person, the oldest first.
func (s *Service) Passkeys(ctx context.Context, r db.Reader, person id.ID) (all []*Passkey, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		k := &Passkey{}
		var text []byte
		var made, used int64
		if err := rows.Scan(&k.ID, &k.Person, &text, &k.Name, &made, &used); err != nil {
			return err
		}
		k.MadeAt, k.UsedAt = time.UnixMicro(made).UTC(), time.UnixMicro(used).UTC()
		all = append(all, k)
		return json.Unmarshal(text, &k.credential)
	}, `SELECT k.id, k.person_id, k.credential, k.name, k.made_at, k.used_at FROM signin_passkey k
		LEFT JOIN signin_passkey_end e ON e.community_id = k.community_id AND e.passkey_id = k.id
		WHERE k.community_id = ? AND k.person_id = ? AND e.passkey_id IS NULL ORDER BY k.id`, id.Tilde[:], person[:])
	return all, err
}

// AddPasskey keeps a new passkey. tx belongs to "~".
func (s *Service) AddPasskey(ctx context.Context, tx *db.Tx, person id.ID, name string, c *webauthn.Credential) (err error) {
	defer fault.Wrap(&err, "signin: add a passkey")
	if name, err = passkeyName(name); err != nil {
		return err
	}
	all, err := s.Passkeys(ctx, tx, person)
	if err == nil && len(all) >= maxPasskeys {
		err = ErrManyKeys
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	key := tx.NewID()
	n, err := tx.Exec(ctx, `INSERT INTO signin_passkey (community_id, id, person_id, credential_id, credential, name, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (credential_id, community_id) DO NOTHING`, id.Tilde[:], key[:], person[:], c.ID, string(text), name, tx.Now.UnixMicro(), tx.Now.UnixMicro())
	if err == nil && n == 0 {
		err = ErrBadPasskey // it is somebody's already, or was taken away
	}
	return err
}

// UsePasskey notes that a passkey has answered, unless it was taken away meanwhile.
// tx belongs to "~".
func (s *Service) UsePasskey(ctx context.Context, tx *db.Tx, person id.ID, c *webauthn.Credential) error {
	all, err := s.Passkeys(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, k := range all {
		if string(k.credential.ID) != string(c.ID) {
			continue
		}
		text, err := json.Marshal(c)
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE signin_passkey SET credential = ?, used_at = ? WHERE community_id = ? AND id = ?", string(text), tx.Now.UnixMicro(), id.Tilde[:], k.ID[:])
		}
		return err
	}
	return ErrBadPasskey
}

// RenamePasskey calls one of a person's passkeys something else. tx belongs to "~".
func (s *Service) RenamePasskey(ctx context.Context, tx *db.Tx, person, key id.ID, name string) (err error) {
	if name, err = passkeyName(name); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "UPDATE signin_passkey SET name = ? WHERE community_id = ? AND id = ? AND person_id = ?", name, id.Tilde[:], key[:], person[:])
	if err == nil && n == 0 {
		err = ErrNoPasskey
	}
	return err
}

// EndPasskey takes one of a person's passkeys away; her last one only if she may be
// without. tx belongs to "~".
func (s *Service) EndPasskey(ctx context.Context, tx *db.Tx, person, key id.ID, mayBeLast bool) (err error) {
	defer fault.Wrap(&err, "signin: end passkey %s", key)
	all, err := s.Passkeys(ctx, tx, person)
	if err != nil {
		return err
	}
	mine := false
	for _, k := range all {
		mine = mine || k.ID == key
	}
	switch {
	case !mine:
		return ErrNoPasskey
	case len(all) == 1 && !mayBeLast:
		return ErrLastPasskey
	}
	_, err = tx.Exec(ctx, "INSERT INTO signin_passkey_end (community_id, passkey_id, ended_at, ended_by) VALUES (?, ?, ?, ?)",
		id.Tilde[:], key[:], tx.Now.UnixMicro(), tx.Actor.Kind+":"+tx.Actor.ID.String())
	return err
}

// EndPasskeys takes all passkeys of a person away, and signs her out where she came
// in with one. The machine's administrator does it for who has lost them. tx belongs
// to "~".
func (s *Service) EndPasskeys(ctx context.Context, tx *db.Tx, person id.ID) (n int, err error) {
	defer fault.Wrap(&err, "signin: end passkeys")
	all, err := s.Passkeys(ctx, tx, person)
	if err != nil {
		return 0, err
	}
	for _, k := range all {
		if err := s.EndPasskey(ctx, tx, person, k.ID, true); err != nil {
			return 0, err
		}
	}
	living, err := s.Devices(ctx, tx, person, tx.Now)
	for _, x := range living {
		if err == nil && x.Way == ByPasskey {
			err = s.end(ctx, tx, x, reasonRevoked)
		}
	}
	return len(all), err
}

func passkeyName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 40 || strings.ContainsAny(name, "\r\n\t\x00") || !utf8.ValidString(name) {
		return "", ErrPasskeyName.On("name")
	}
	return name, nil
}
