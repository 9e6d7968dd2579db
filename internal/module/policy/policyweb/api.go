// Package policyweb offers the policy in force and its proposal to programs.
package policyweb

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/db"
)

// API is the JSON operations on policies.
type API struct {
	Flows *flow.Flows
	Log   *slog.Logger
}

// Register adds the operations.
func (a *API) Register(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "get-policy", Method: http.MethodGet, Path: apikit.Prefix + "/communities/{community}/policy",
		Metadata: apikit.Ask{Action: "policy.read"}.Metadata(), Summary: "The policy in force", Tags: []string{"Policy"}, Description: "Public: the numbers by which a community lives."}, a.inForce)
	huma.Register(api, huma.Operation{OperationID: "list-policies", Method: http.MethodGet, Path: apikit.Prefix + "/communities/{community}/policies",
		Metadata: apikit.Ask{Action: "policy.read"}.Metadata(), Summary: "Every version", Tags: []string{"Policy"}}, a.list)
	huma.Register(api, huma.Operation{OperationID: "propose-policy", Method: http.MethodPost, Path: apikit.Prefix + "/communities/{community}/policies",
		Metadata: apikit.Ask{Action: "policy.propose"}.Metadata(), Summary: "Propose a version", Tags: []string{"Policy"}, Security: apikeyweb.Security, DefaultStatus: http.StatusCreated,
		Description: "Refused if some purchase could leave a shop with less than it was promised; the refusal shows the purchase."}, a.propose)
}

type versionOutput struct{ Body policy.Version }

func (a *API) versions(ctx context.Context, ref string) (all []policy.Version, at id.ID, err error) {
	p, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, ref)
	if err != nil {
		return nil, at, err
	}
	err = a.Flows.DB.View(ctx, p.ID, func(r db.Reader) error {
		all, err = a.Flows.Policies.List(ctx, r, p.ID)
		return err
	})
	return all, p.ID, err
}

func (a *API) inForce(ctx context.Context, in *struct {
	Community string    `path:"community" maxLength:"64"`
	At        time.Time `query:"at" doc:"A moment; left out, now"`
}) (*versionOutput, error) {
	all, _, err := a.versions(ctx, in.Community)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	if in.At.IsZero() {
		in.At = a.Flows.DB.Clock().Now()
	}
	v := policy.InForce(all, in.At)
	if v == nil {
		return nil, apikit.Fail(ctx, a.Log, policy.ErrNone, false)
	}
	return &versionOutput{*v}, nil
}

type versionsOutput struct {
	Body struct {
		Versions []policy.Version `json:"versions"`
	}
}

func (a *API) list(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
}) (*versionsOutput, error) {
	out := &versionsOutput{}
	var err error
	if out.Body.Versions, _, err = a.versions(ctx, in.Community); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return out, nil
}

func (a *API) propose(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
	Body      struct {
		Code          string        `json:"code" minLength:"1" maxLength:"64"`
		EffectiveFrom time.Time     `json:"effective_from"`
		Author        string        `json:"author" minLength:"1" maxLength:"100"`
		Reason        string        `json:"reason" minLength:"1" maxLength:"2000"`
		Params        policy.Params `json:"params"`
	}
}) (*versionOutput, error) {
	p, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, in.Community)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	b := in.Body
	v, err := a.Flows.Propose(ctx, p.ID, apikeyweb.Key(ctx).Actor(), policy.Proposal{Code: b.Code, EffectiveFrom: b.EffectiveFrom, Author: b.Author, Reason: b.Reason, Params: b.Params})
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return &versionOutput{v}, nil
}
