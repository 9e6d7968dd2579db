package ledgerweb

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	flows "gongyi/internal/flow"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/page"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/apikey/apikeyweb"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/apikit"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/evidence"
)

// Logs is what the API tells of a community's evidence log.
type Logs interface {
	Origin(ctx context.Context, community id.ID) (evidence.Origin, string, error)
	Checkpoint(ctx context.Context, community id.ID, seq int64) (evidence.Checkpoint, error)
}

// API is the JSON operations on books.
type API struct {
	Flows *flows.Flows
	Logs  Logs
	Log   *slog.Logger
}

// Register adds the operations.
func (a *API) Register(api huma.API) {
	get := func(id, path, summary string, action authz.Action) huma.Operation {
		op := huma.Operation{OperationID: id, Method: http.MethodGet, Path: apikit.Prefix + path, Summary: summary, Tags: []string{"Books"}, Metadata: apikit.Ask{Action: action}.Metadata()}
		if action != "books.read" {
			op.Security = apikeyweb.Security
		}
		return op
	}
	huma.Register(api, get("list-communities", "/communities", "The communities of this installation", "books.read"), a.communities)
	huma.Register(api, get("list-accounts", "/communities/{community}/accounts", "Every account and what it holds", "account.read"), a.accounts)
	huma.Register(api, get("get-balance", "/communities/{community}/balance", "What an account holds, now or at a past moment", "account.read"), a.balance)
	huma.Register(api, get("get-statement", "/communities/{community}/statement", "An account's entries, the latest first", "account.read"), a.statement)
	huma.Register(api, get("get-checkpoint", "/communities/{community}/checkpoint", "The signed head of the evidence log", "books.read"), a.checkpoint)
	closing := get("close-day", "/communities/{community}/closings", "Close a day and all days before it", "day.close")
	closing.Method, closing.DefaultStatus = http.MethodPost, http.StatusCreated
	huma.Register(api, closing, a.closeDay)
}

type communityBody struct {
	Ref  string `json:"ref"`
	Name string `json:"name"`
	ID   string `json:"id" doc:"Stands in evidence and tile paths"`
}

type communitiesOutput struct {
	Body struct {
		Communities []communityBody `json:"communities"`
	}
}

func (a *API) communities(ctx context.Context, _ *struct{}) (*communitiesOutput, error) {
	places, err := a.Flows.Communities.List(ctx, a.Flows.DB, community.Community)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	out := &communitiesOutput{}
	out.Body.Communities = []communityBody{}
	for _, p := range places {
		out.Body.Communities = append(out.Body.Communities, communityBody{p.Ref, p.Name, p.ID.String()})
	}
	return out, nil
}

// in finds the community. Books of all shops and people are for keys that are not
// bound to one shop.
func (a *API) in(ctx context.Context, ref string) (id.ID, error) {
	p, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, ref)
	return p.ID, err
}

type holdingBody struct {
	Account string `json:"account"`
	Asset   string `json:"asset"`
	Balance string `json:"balance"`
	Entries int64  `json:"entries"`
}

type accountsOutput struct {
	Body struct {
		Accounts []holdingBody `json:"accounts"`
	}
}

func (a *API) accounts(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
	Prefix    string `query:"prefix" maxLength:"128" doc:"Only accounts whose name begins so"`
}) (*accountsOutput, error) {
	out := &accountsOutput{}
	out.Body.Accounts = []holdingBody{}
	err := a.reading(ctx, in.Community, func(r db.Reader, at id.ID) error {
		refs, err := a.Flows.Refs(ctx, r, at)
		if err != nil {
			return err
		}
		all, err := a.Flows.Ledger.Holdings(ctx, r, at)
		for _, h := range all {
			name := refs.Account(h.Account)
			if strings.HasPrefix(name, in.Prefix) {
				out.Body.Accounts = append(out.Body.Accounts, holdingBody{name, h.Account.Asset.String(), h.Balance.Decimal(h.Account.Asset), h.Entries})
			}
		}
		return err
	})
	slices.SortFunc(out.Body.Accounts, func(x, y holdingBody) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Asset, y.Asset))
	})
	return out, err
}

// reading runs fn on one consistent state of a community's books.
func (a *API) reading(ctx context.Context, ref string, fn func(r db.Reader, at id.ID) error) error {
	at, err := a.in(ctx, ref)
	if err == nil {
		err = a.Flows.DB.View(ctx, at, func(r db.Reader) error { return fn(r, at) })
	}
	if err != nil {
		return apikit.Fail(ctx, a.Log, err, false)
	}
	return nil
}

// AccountQuery names an account; huma fills only what is exported.
type AccountQuery struct {
	Community string `path:"community" maxLength:"64"`
	Account   string `query:"account" required:"true" maxLength:"160" example:"merchant:M1-bakery/payable"`
	Asset     string `query:"asset" enum:"CNY,COIN,POINT" default:"CNY"`
}

// account finds an account by the name under which people know it.
func (a *API) account(ctx context.Context, r db.Reader, at id.ID, q AccountQuery) (ledger.Account, error) {
	return a.Flows.AccountNamed(ctx, r, at, q.Account, q.Asset)
}

type balanceOutput struct {
	Body struct {
		Account string    `json:"account"`
		Asset   string    `json:"asset"`
		Balance string    `json:"balance"`
		AsOf    time.Time `json:"as_of"`
	}
}

func (a *API) balance(ctx context.Context, in *struct {
	AccountQuery
	AsOf time.Time `query:"as_of" doc:"A past moment; left out, now"`
}) (*balanceOutput, error) {
	out := &balanceOutput{}
	err := a.reading(ctx, in.Community, func(r db.Reader, at id.ID) error {
		account, err := a.account(ctx, r, at, in.AccountQuery)
		if err != nil {
			return err
		}
		h, err := a.Flows.Ledger.Holding(ctx, r, at, account)
		out.Body.AsOf = a.Flows.DB.Clock().Now()
		if err == nil && !in.AsOf.IsZero() {
			out.Body.AsOf = in.AsOf
			h.Balance, err = a.Flows.Ledger.BalanceAsOf(ctx, r, at, account, in.AsOf)
		}
		out.Body.Account, out.Body.Asset, out.Body.Balance = in.Account, in.Asset, h.Balance.Decimal(account.Asset)
		return err
	})
	return out, err
}

type lineBody struct {
	Entry    int64     `json:"entry"`
	Kind     string    `json:"kind"`
	PostedAt time.Time `json:"posted_at"`
	BookedOn string    `json:"booked_on"`
	Change   string    `json:"change"`
	Balance  string    `json:"balance"`
	Rules    []string  `json:"rules" doc:"Which rules moved something on this account"`
}

type statementOutput struct {
	Body struct {
		Lines []lineBody `json:"lines"`
		Next  string     `json:"next,omitempty" doc:"Cursor of the next page"`
	}
}

func (a *API) statement(ctx context.Context, in *struct {
	AccountQuery
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}) (*statementOutput, error) {
	out := &statementOutput{}
	out.Body.Lines = []lineBody{}
	err := a.reading(ctx, in.Community, func(r db.Reader, at id.ID) error {
		account, err := a.account(ctx, r, at, in.AccountQuery)
		if err != nil {
			return err
		}
		lines, next, err := a.Flows.Ledger.Statement(ctx, r, at, account, page.Request{Cursor: in.Cursor, Limit: in.Limit})
		out.Body.Next = next
		for _, l := range lines {
			out.Body.Lines = append(out.Body.Lines, lineBody{l.Entry.Seq, l.Entry.Kind.String(), l.Entry.PostedAt, l.Entry.BookedOn.String(),
				l.Change.Decimal(account.Asset), l.Balance.Decimal(account.Asset), rulesOn(l.Entry, account)})
		}
		return err
	})
	return out, err
}

func rulesOn(e *ledger.Entry, account ledger.Account) []string {
	rules := []string{}
	for _, l := range e.Legs {
		if name := l.Rule.String(); (l.From == account || l.To == account) && !slices.Contains(rules, name) {
			rules = append(rules, name)
		}
	}
	return rules
}

type checkpointOutput struct {
	Body struct {
		Origin   string `json:"origin"`
		Verifier string `json:"verifier" doc:"The log's public key"`
		Size     int64  `json:"size"`
		Note     string `json:"checkpoint"`
		Tiles    string `json:"tiles" doc:"Where the log is published (C2SP tlog-tiles)"`
	}
}

func (a *API) checkpoint(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
}) (*checkpointOutput, error) {
	out, err := a.head(ctx, in.Community)
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, false)
	}
	return out, nil
}

func (a *API) head(ctx context.Context, ref string) (*checkpointOutput, error) {
	p, err := a.Flows.Communities.ByRef(ctx, a.Flows.DB, ref)
	if err != nil {
		return nil, err
	}
	tree, err := a.Flows.Ledger.Log(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	c, err := a.Logs.Checkpoint(ctx, p.ID, max(0, tree.Size()-1)) // first: it waits until the log has its key
	if err != nil {                                               // where another instance signs: the latest that is published
		c, err = a.Logs.Checkpoint(ctx, p.ID, 0)
	}
	if err != nil {
		return nil, err
	}
	o, verifier, err := a.Logs.Origin(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out := &checkpointOutput{}
	out.Body.Origin, out.Body.Verifier, out.Body.Size, out.Body.Note = o.String(), verifier, c.Size, string(c.Note)
	out.Body.Tiles = "/log/" + o.Dir() + "/"
	return out, nil
}

type closingOutput struct {
	Body struct {
		Day period.Day `json:"day"`
	}
}

func (a *API) closeDay(ctx context.Context, in *struct {
	Community string `path:"community" maxLength:"64"`
	Body      struct {
		Day string `json:"day" format:"date"`
	}
}) (*closingOutput, error) {
	at, err := a.in(ctx, in.Community)
	out := &closingOutput{}
	if err == nil {
		if out.Body.Day, err = period.ParseDay(in.Body.Day); err != nil {
			err = ErrBadDay.On("day")
		} else {
			err = a.Flows.CloseDay(ctx, at, apikeyweb.Key(ctx).Actor(), out.Body.Day)
		}
	}
	if err != nil {
		return nil, apikit.Fail(ctx, a.Log, err, true)
	}
	return out, nil
}
