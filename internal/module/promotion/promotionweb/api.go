// Package promotionweb lets tills give vouchers and record recommendations.
package promotionweb

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
)

// API is the JSON operations on promotions.
type API struct {
	Flows *flow.Flows
	Log   *slog.Logger
}

// Register adds the operations.
func (a *API) Register(api huma.API) {
	post := func(id, path, summary string, action authz.Action) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: apikit.Prefix + path, Summary: summary, Tags: []string{"Promotions"},
			Security: apikeyweb.Security, DefaultStatus: http.StatusCreated, Metadata: apikit.Ask{Action: action, Shop: true}.Metadata()}
	}
	huma.Register(api, post("issue-voucher", "/communities/{community}/vouchers", "Give a member a voucher for another shop", "voucher.give"), a.issue)
	huma.Register(api, post("recommend", "/communities/{community}/recommendations", "Record that a shop recommended a member to another shop", "recommendation.record"), a.recommend)
}

type issueInput struct {
	Community string `path:"community" maxLength:"64"`
	Body      struct {
		Ref       string        `json:"voucher_ref" minLength:"1" maxLength:"64" doc:"The code on the voucher"`
		Issuer    string        `json:"issuer_ref" minLength:"1" maxLength:"64"`
		Target    string        `json:"target_ref" minLength:"1" maxLength:"64" doc:"The shop where it is good"`
		Member    string        `json:"member_ref" minLength:"1" maxLength:"64"`
		Amount    apikit.Amount `json:"amount"`
		Sharers   []string      `json:"sharer_refs,omitempty" maxItems:"5" doc:"Shops that share its cost; left out, the issuer alone"`
		ExpiresAt time.Time     `json:"expires_at"`
	}
}

type issueOutput struct {
	Body struct {
		Ref       string    `json:"voucher_ref"`
		Amount    string    `json:"amount"`
		ExpiresAt time.Time `json:"expires_at"`
	}
}

func (a *API) issue(ctx context.Context, in *issueInput) (*issueOutput, error) {
	out, err := a.issued(ctx, in)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}

func (a *API) issued(ctx context.Context, in *issueInput) (*issueOutput, error) {
	b := in.Body
	if err := apikeyweb.May(ctx, in.Community, b.Issuer); err != nil {
		return nil, err
	}
	place, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, in.Community)
	if err != nil {
		return nil, err
	}
	amount, err := b.Amount.Money(money.CNY, "amount")
	if err != nil {
		return nil, err
	}
	v, err := a.Flows.IssueVoucher(ctx, place.ID, apikeyweb.Key(ctx).Actor(), flow.VoucherIssue{
		Ref: b.Ref, Issuer: b.Issuer, Target: b.Target, Member: b.Member, Amount: amount, Sharers: b.Sharers, ExpiresAt: b.ExpiresAt,
	})
	if err != nil {
		return nil, err
	}
	out := &issueOutput{}
	out.Body.Ref, out.Body.Amount, out.Body.ExpiresAt = v.Ref, v.Amount.Decimal(money.CNY), v.ExpiresAt
	return out, nil
}

type recommendOutput struct {
	Body struct {
		MadeAt time.Time `json:"made_at"`
	}
}

type recommendInput struct {
	Community string `path:"community" maxLength:"64"`
	Body      struct {
		Ref         string `json:"recommendation_ref" minLength:"1" maxLength:"64" doc:"Idempotency key: the same again gets the same answer"`
		Recommender string `json:"recommender_ref" minLength:"1" maxLength:"64"`
		Target      string `json:"target_ref" minLength:"1" maxLength:"64"`
		Member      string `json:"member_ref" minLength:"1" maxLength:"64"`
	}
}

func (a *API) recommend(ctx context.Context, in *recommendInput) (*recommendOutput, error) {
	out, err := a.recommended(ctx, in)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}

func (a *API) recommended(ctx context.Context, in *recommendInput) (*recommendOutput, error) {
	b := in.Body
	if err := apikeyweb.May(ctx, in.Community, b.Recommender); err != nil {
		return nil, err
	}
	place, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, in.Community)
	if err != nil {
		return nil, err
	}
	c, err := a.Flows.Recommend(ctx, place.ID, apikeyweb.Key(ctx).Actor(), flow.Recommendation{Ref: b.Ref, Recommender: b.Recommender, Member: b.Member, Target: b.Target})
	if err != nil {
		return nil, err
	}
	out := &recommendOutput{}
	out.Body.MadeAt = c.MadeAt
	return out, nil
}
