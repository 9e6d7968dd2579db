package apikeyweb

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
)

// API is the JSON operations on keys, for keys of the administration that hold
// everywhere.
type API struct {
	Keys *apikey.Service
	DB   *db.DB
	Log  *slog.Logger
}

// Register adds the operations.
func (a *API) Register(api huma.API) {
	op := func(id, method, path, summary string, status int, action authz.Action) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: apikit.Prefix + path, Summary: summary, Tags: []string{"Keys"}, Security: Security, DefaultStatus: status,
			Metadata: apikit.Ask{Action: action}.Metadata()}
	}
	huma.Register(api, op("list-keys", http.MethodGet, "/keys", "Every key, without its secret", http.StatusOK, "key.read"), a.list)
	huma.Register(api, op("make-key", http.MethodPost, "/keys", "Make a key; its text is shown this once", http.StatusCreated, "key.make"), a.make)
	huma.Register(api, op("revoke-key", http.MethodPost, "/keys/{id}/revocation", "Revoke a key", http.StatusOK, "key.revoke"), a.revoke)
}

type keysOutput struct {
	Body struct {
		Keys []*apikey.Key `json:"keys"`
	}
}

func (a *API) list(ctx context.Context, _ *struct{}) (*keysOutput, error) {
	out := &keysOutput{}
	var err error
	if out.Body.Keys, err = a.Keys.List(ctx); err != nil { // never empty: the caller's is in it
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return out, nil
}

type makeInput struct {
	Body struct {
		Name      string         `json:"name" minLength:"1" maxLength:"100"`
		Rights    []apikey.Right `json:"rights" minItems:"1"`
		Community string         `json:"community,omitempty" maxLength:"64"`
		Merchant  string         `json:"merchant,omitempty" maxLength:"64"`
		PerSecond int            `json:"per_second" minimum:"0" maximum:"100000"`
	}
}

type makeOutput struct {
	Body struct {
		Key  *apikey.Key `json:"key"`
		Text string      `json:"text" doc:"The key itself; it is stored nowhere"`
	}
}

func (a *API) make(ctx context.Context, in *makeInput) (*makeOutput, error) {
	out := &makeOutput{}
	b := in.Body
	err := a.DB.Update(ctx, id.Tilde, Key(ctx).Actor(), func(tx *db.Tx) (err error) {
		out.Body.Key, out.Body.Text, err = a.Keys.Make(ctx, tx, b.Name, apikey.Scope{Rights: b.Rights, Community: b.Community, Merchant: b.Merchant}, b.PerSecond)
		return err
	})
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}

type revokeOutput struct {
	Body struct {
		Revoked id.ID `json:"revoked"`
	}
}

func (a *API) revoke(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"40"`
}) (*revokeOutput, error) {
	out := &revokeOutput{}
	var err error
	if out.Body.Revoked, err = id.Parse(in.ID); err != nil {
		err = apikey.ErrNoSuchKey
	} else {
		err = a.DB.Update(ctx, id.Tilde, Key(ctx).Actor(), func(tx *db.Tx) error { return a.Keys.Revoke(ctx, tx, out.Body.Revoked) })
	}
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}
