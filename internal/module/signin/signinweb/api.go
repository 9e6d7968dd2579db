package signinweb

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/platform/apikit"
)

// API are the JSON operations by which the administrator of a machine appoints the
// people who can appoint others, and helps them when they have lost their passkeys.
type API struct {
	Flows *flow.Flows
	Log   *slog.Logger
}

// Register adds the operations.
func (a *API) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "appoint-operator", Method: http.MethodPost, Path: apikit.Prefix + "/operators", Summary: "Make the person with a number a platform operator",
		Tags: []string{"People"}, Security: apikeyweb.Security, DefaultStatus: http.StatusOK, Metadata: apikit.Ask{Action: "operator.appoint"}.Metadata(),
	}, a.appoint)
	huma.Register(api, huma.Operation{
		OperationID: "end-passkeys", Method: http.MethodPost, Path: apikit.Prefix + "/operators/passkey-loss", Summary: "Take all passkeys away from a person who has lost them",
		Tags: []string{"People"}, Security: apikeyweb.Security, DefaultStatus: http.StatusOK, Metadata: apikit.Ask{Action: "operator.appoint"}.Metadata(),
	}, a.endPasskeys)
}

type appointInput struct {
	Body struct {
		Phone string `json:"phone" minLength:"5" maxLength:"32"`
		Name  string `json:"name" minLength:"1" maxLength:"100"`
		Place string `json:"place,omitempty" maxLength:"64" doc:"Reference of a place; without it the whole installation"`
	}
}

type appointOutput struct {
	Body struct {
		Person id.ID `json:"person"`
	}
}

func (a *API) appoint(ctx context.Context, in *appointInput) (*appointOutput, error) {
	who, err := a.Flows.AppointOperator(ctx, apikeyweb.Key(ctx).Actor(), in.Body.Phone, in.Body.Name, in.Body.Place)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	out := &appointOutput{}
	out.Body.Person = who.ID
	return out, nil
}

type lossInput struct {
	Body struct {
		Phone string `json:"phone" minLength:"5" maxLength:"32"`
	}
}

type lossOutput struct {
	Body struct {
		Ended int `json:"ended"`
	}
}

func (a *API) endPasskeys(ctx context.Context, in *lossInput) (*lossOutput, error) {
	out := &lossOutput{}
	var err error
	if out.Body.Ended, err = a.Flows.EndPasskeys(ctx, apikeyweb.Key(ctx).Actor(), in.Body.Phone); err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}
