package flow

import (
	"context"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/person"
	"gongyi/internal/module/signin"
	"gongyi/internal/platform/db"
)

// Asked is a question for a passkey: what the browser's own script is given, and
// the token of the cookie that goes with it.
type Asked struct {
	Options any
	Token   string
}

// AskNewPasskey begins to make a passkey for who is signed in, and has only just
// signed in: a session that was left open must not grow a second way in. Whoever has
// a passkey already has signed in with it.
func (f *Flows) AskNewPasskey(ctx context.Context, rp *webauthn.WebAuthn, k *Known) (a Asked, err error) {
	defer fault.Wrap(&err, "ask for a new passkey")
	holder, err := f.mayAddPasskey(ctx, k)
	if err != nil {
		return a, err
	}
	creation, data, err := rp.BeginRegistration(holder, holder.Exclusions())
	if err != nil {
		return a, err
	}
	a.Options = creation
	err = f.DB.Update(ctx, id.Tilde, k.Viewer.Actor(), func(tx *db.Tx) (err error) {
		a.Token, err = f.SignIn.Challenge(ctx, tx, k.Person.ID, data)
		return err
	})
	return a, err
}

// mayAddPasskey refuses a new passkey to a session that is not fresh, and to one that
// was opened by a mere number where there is a passkey already: else whoever takes
// over the number takes over what the passkey guards.
func (f *Flows) mayAddPasskey(ctx context.Context, k *Known) (h signin.Holder, err error) {
	if !k.Session.Fresh(f.DB.Clock().Now()) {
		return h, signin.ErrNotFresh
	}
	h, err = f.holder(ctx, k.Person)
	if err == nil && len(h.Keys) > 0 && !k.Viewer.Strong {
		err = signin.ErrNeedsKey
	}
	return h, err
}

func (f *Flows) holder(ctx context.Context, p *person.Person) (h signin.Holder, err error) {
	h = signin.Holder{Person: p.ID, Name: p.Name}
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		h.Keys, err = f.SignIn.Passkeys(ctx, r, p.ID)
		return err
	})
	return h, err
}

// AddPasskey keeps the passkey that a device has made, and goes on under a session
// that is as strong as the passkey.
func (f *Flows) AddPasskey(ctx context.Context, rp *webauthn.WebAuthn, k *Known, token, name string, answer []byte, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "add a passkey")
	holder, err := f.mayAddPasskey(ctx, k)
	if err != nil {
		return e, err
	}
	data, err := f.challenge(ctx, token, k.Person.ID)
	if err != nil {
		return e, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return e, errors.Join(signin.ErrBadPasskey, err)
	}
	credential, err := rp.CreateCredential(holder, data, parsed)
	if err != nil {
		return e, errors.Join(signin.ErrBadPasskey, err)
	}
	err = f.DB.Update(ctx, id.Tilde, k.Viewer.Actor(), func(tx *db.Tx) error {
		if err := f.SignIn.AddPasskey(ctx, tx, k.Person.ID, name, credential); err != nil {
			return err
		}
		e = Entry{}
		return f.admit(ctx, tx, &e, k.Person, signin.ByPasskey, door)
	})
	return e, err
}

// AskPasskey begins a sign-in: any passkey of this house may answer.
func (f *Flows) AskPasskey(ctx context.Context, rp *webauthn.WebAuthn) (a Asked, err error) {
	defer fault.Wrap(&err, "ask for a passkey")
	assertion, data, err := rp.BeginDiscoverableLogin()
	if err != nil {
		return a, err
	}
	a.Options = assertion
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		a.Token, err = f.SignIn.Challenge(ctx, tx, id.ID{}, data)
		return err
	})
	return a, err
}

// TryPasskey signs in whose passkey has answered. The question is used up by the
// answer, right or wrong; the signature is checked outside of the writer.
func (f *Flows) TryPasskey(ctx context.Context, rp *webauthn.WebAuthn, token string, answer []byte, door Door) (e Entry, err error) {
	defer fault.Wrap(&err, "try a passkey")
	data, err := f.challenge(ctx, token, id.ID{})
	if err != nil {
		return e, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return e, errors.Join(signin.ErrBadPasskey, err)
	}
	var p *person.Person
	credential, err := rp.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		var who id.ID
		if copy(who[:], handle) != len(who) || len(handle) != len(who) {
			return nil, signin.ErrBadPasskey
		}
		err := f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			p, err = f.People.ByID(ctx, r, who)
			return err
		})
		if err != nil {
			return nil, err
		}
		return f.holder(ctx, p)
	}, data, parsed)
	if err != nil || credential.Authenticator.CloneWarning {
		return e, errors.Join(signin.ErrBadPasskey, err)
	}
	err = f.DB.Update(ctx, id.Tilde, db.Actor{Kind: "person", ID: p.ID}, func(tx *db.Tx) error {
		if err := f.SignIn.UsePasskey(ctx, tx, p.ID, credential); err != nil {
			return err
		}
		e = Entry{}
		return f.admit(ctx, tx, &e, p, signin.ByPasskey, door)
	})
	return e, err
}

func (f *Flows) challenge(ctx context.Context, token string, who id.ID) (data webauthn.SessionData, err error) {
	err = f.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) (err error) {
		data, err = f.SignIn.TakeChallenge(ctx, tx, token, who)
		return err
	})
	return data, err
}

// Passkeys are those of a person.
func (f *Flows) Passkeys(ctx context.Context, who id.ID) (all []*signin.Passkey, err error) {
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		all, err = f.SignIn.Passkeys(ctx, r, who)
		return err
	})
	return all, err
}

// RenamePasskey calls one of a person's passkeys something else.
func (f *Flows) RenamePasskey(ctx context.Context, actor db.Actor, who, key id.ID, name string) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.SignIn.RenamePasskey(ctx, tx, who, key, name) })
}

// EndPasskey takes one of a person's passkeys away.
func (f *Flows) EndPasskey(ctx context.Context, actor db.Actor, who, key id.ID, mayBeLast bool) error {
	return f.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error { return f.SignIn.EndPasskey(ctx, tx, who, key, mayBeLast) })
}
