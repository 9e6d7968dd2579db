package operatorweb

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/party"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/community"
	"gongyi/internal/module/ledger"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// errBadDay refuses a day that is none.
var errBadDay = fault.New(fault.Invalid, "operatorweb.no_such_day")

func (d *Desk) accountRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/accounts", Action: "account.read", On: d.somewhere("account.read"), Do: d.accountPlaces},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}", Action: "account.read", On: d.inCommunity, Do: d.accounts},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}/statement", Action: "account.read", On: d.inCommunity, Do: d.statement},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}/statement/export", Action: "account.export", On: d.inCommunity, Do: d.exportStatement},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}/entries/{seq}", Action: "account.read", On: d.inCommunity, Do: d.entry},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}/days", Action: "account.read", On: d.inCommunity, Do: d.days},
		httpkit.Route{Pattern: "GET /desk/accounts/{community}/days/export", Action: "account.export", On: d.inCommunity, Do: d.exportDays},
	)
}

// accountPlaces chooses a community; who has one goes there at once.
func (d *Desk) accountPlaces(w http.ResponseWriter, r *http.Request) error {
	return d.choose(w, r, "account.read", "accounts", i18n.T(r.Context(), "账目"))
}

func accountPath(p community.Place, a ledger.Account) string {
	return path("accounts", p.Ref) + "/statement?" + url.Values{"account": {a.String()}, "asset": {a.Asset.String()}}.Encode()
}

// called names the owners of accounts: shops by their name, people and all others
// by the end of their pseudonym.
type called struct {
	shops map[id.ID]string
}

func (d *Desk) called(ctx context.Context, r db.Reader, at id.ID) (c called, err error) {
	c.shops = make(map[id.ID]string)
	all, err := d.Flows.Merchants.List(ctx, r, at)
	for _, m := range all {
		c.shops[m.ID] = cmp.Or(m.Name, m.IndustryZH, m.Ref)
	}
	return c, err
}

// owner is who owns an account, in words.
func (c called) owner(ctx context.Context, o party.Owner) string {
	switch o.Kind {
	case party.Merchant:
		return cmp.Or(c.shops[o.ID], short(o.ID))
	case party.Member:
		return i18n.T(ctx, "居民 %s", short(o.ID))
	}
	if o.Kind.Named() {
		return ownerKind(ctx, o.Kind) + " " + short(o.ID)
	}
	return ownerKind(ctx, o.Kind)
}

func ownerKind(ctx context.Context, k party.Kind) string {
	switch k {
	case party.Gateway:
		return i18n.T(ctx, "支付机构")
	case party.Platform:
		return i18n.T(ctx, "平台")
	case party.Alliance:
		return i18n.T(ctx, "商业联盟")
	case party.Fund:
		return i18n.T(ctx, "公共基金")
	case party.CoinBank:
		return i18n.T(ctx, "抵扣权益的发出")
	case party.Points:
		return i18n.T(ctx, "积分的发出")
	case party.Pool:
		return i18n.T(ctx, "社区权益池")
	case party.Member:
		return i18n.T(ctx, "居民")
	case party.Merchant:
		return i18n.T(ctx, "店铺")
	case party.Org:
		return i18n.T(ctx, "捐助单位")
	case party.Hold:
		return i18n.T(ctx, "保留款")
	}
	return i18n.T(ctx, "别的社区")
}

// accountsView is the accounts of a community: their sums by line of the chart, or
// the accounts of one kind of owner.
type accountsView struct {
	Place  community.Place
	Kind   party.Kind
	Chips  []ui.Tab
	Sums   []ui.TableRow
	Table  ui.Table
	AsOf   string // the day, "" for now
	Search string
}

const accountPage = 50

func (d *Desk) accounts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p, err := d.place(r)
	if err != nil {
		return err
	}
	v := accountsView{Place: p, AsOf: r.FormValue("day"), Search: strings.TrimSpace(r.FormValue("q"))}
	at, err := d.endOf(v.AsOf)
	if err != nil {
		return err
	}
	err = d.Flows.DB.View(ctx, p.ID, func(rd db.Reader) error {
		sums, err := d.Flows.Ledger.Sums(ctx, rd, p.ID)
		if err != nil {
			return err
		}
		d.kinds(ctx, &v, sums, r.FormValue("kind"))
		if v.Kind == 0 {
			return nil
		}
		names, err := d.called(ctx, rd, p.ID)
		if err != nil {
			return err
		}
		return d.listAccounts(ctx, rd, &v, sums, names, at, ui.AskTable(r.URL.Query(), nil, "kind", "day"))
	})
	if err == nil {
		err = d.lookedUp(ctx, &v)
	}
	if err != nil {
		return err
	}
	return d.Portal.Show(w, r, d.shell(r, "accounts", i18n.T(ctx, "账目 · %s", named(p))), accountsPage(v))
}

// kinds are the kinds of owners there are, with what they hold together.
func (d *Desk) kinds(ctx context.Context, v *accountsView, sums []ledger.KindSum, asked string) {
	seen := make(map[party.Kind]bool)
	v.Chips = []ui.Tab{{Key: "", Href: path("accounts", v.Place.Ref), Text: i18n.T(ctx, "合计")}}
	for _, s := range sums {
		if !seen[s.Kind] {
			seen[s.Kind] = true
			v.Chips = append(v.Chips, ui.Tab{Key: s.Kind.String(), Href: path("accounts", v.Place.Ref) + "?kind=" + s.Kind.String(), Text: ownerKind(ctx, s.Kind)})
		}
		if s.Kind.String() == asked {
			v.Kind = s.Kind
		}
		meaning, name := "", s.Kind.String()
		if pattern := (ledger.Account{Owner: party.Owner{Kind: s.Kind}, Purpose: s.Purpose, Asset: s.Asset}).Pattern(); pattern != nil {
			meaning, name = i18n.T(ctx, pattern.Meaning), name+"/"+pattern.Name
		}
		v.Sums = append(v.Sums, ui.TableRow{Href: path("accounts", v.Place.Ref) + "?kind=" + s.Kind.String(), Cells: []ui.Cell{
			{Text: meaning, Sub: name}, {Text: ownerKind(ctx, s.Kind)}, {Text: count(s.Accounts)}, {Text: count(s.Entries)},
			{Text: s.Balance.Grouped(s.Asset)}, {Text: assetName(ctx, s.Asset)},
		}})
	}
}

// listAccounts fills a page of the accounts of one kind.
func (d *Desk) listAccounts(ctx context.Context, r db.Reader, v *accountsView, sums []ledger.KindSum, names called, at time.Time, ask ui.TableAsk) error {
	ask.Size = accountPage
	v.Table = ui.Table{
		ID: "accounts", Caption: i18n.T(ctx, "账户"), Path: path("accounts", v.Place.Ref), Ask: ask,
		Columns: []ui.Column{{Text: i18n.T(ctx, "户主"), Title: true}, {Text: i18n.T(ctx, "账户")}, {Text: i18n.T(ctx, "条数"), Num: true, Rare: true}, {Text: i18n.T(ctx, "余数"), Num: true}, {Text: i18n.T(ctx, "单位")}},
		Empty:   ui.EmptyView{Icon: "book", Title: i18n.T(ctx, "没有这样的账户"), Text: i18n.T(ctx, "换个名字或代号再找。")},
	}
	for _, s := range sums {
		if s.Kind == v.Kind {
			v.Table.Total += int(s.Accounts)
		}
	}
	holdings, err := d.holdings(ctx, r, v, names, ask)
	if err != nil {
		return err
	}
	for _, h := range holdings {
		balance := h.Balance
		if !at.IsZero() {
			if balance, err = d.Flows.Ledger.BalanceAsOf(ctx, r, v.Place.ID, h.Account, at); err != nil {
				return err
			}
		}
		meaning := ""
		if pattern := h.Account.Pattern(); pattern != nil {
			meaning = i18n.T(ctx, pattern.Meaning)
		}
		v.Table.Rows = append(v.Table.Rows, ui.TableRow{Href: accountPath(v.Place, h.Account), Cells: []ui.Cell{
			{Text: names.owner(ctx, h.Account.Owner)}, {Text: meaning}, {Text: count(h.Entries)}, {Text: balance.Grouped(h.Account.Asset)}, {Text: assetName(ctx, h.Account.Asset)},
		}})
	}
	return nil
}

// holdings are a page of accounts, or those that a search finds. People are found
// by a whole pseudonym only: a list to leaf through by parts of it would invite to
// follow them.
func (d *Desk) holdings(ctx context.Context, r db.Reader, v *accountsView, names called, ask ui.TableAsk) ([]ledger.Holding, error) {
	if v.Search == "" {
		return d.Flows.Ledger.HoldingsOf(ctx, r, v.Place.ID, v.Kind, ask.Size, ask.Offset())
	}
	if v.Kind == party.Member {
		return d.holdingsOfMember(ctx, r, v)
	}
	all, err := d.Flows.Ledger.HoldingsOf(ctx, r, v.Place.ID, v.Kind, 10_000, 0)
	all = slices.DeleteFunc(all, func(h ledger.Holding) bool {
		return !strings.Contains(strings.ToLower(names.owner(ctx, h.Account.Owner)+" "+h.Account.String()), strings.ToLower(v.Search))
	})
	v.Table.Total = len(all)
	return all[min(ask.Offset(), len(all)):min(ask.Offset()+ask.Size, len(all))], err
}

func (d *Desk) holdingsOfMember(ctx context.Context, r db.Reader, v *accountsView) (all []ledger.Holding, err error) {
	who, err := id.Parse(v.Search)
	if err != nil {
		v.Table.Total = 0
		return nil, nil
	}
	for _, pattern := range ledger.Chart {
		if pattern.Owner != party.Member {
			continue
		}
		assets := []money.Asset{pattern.Asset}
		if pattern.Asset == ledger.AnyAsset {
			assets = money.Assets
		}
		for _, asset := range assets {
			h, err := d.Flows.Ledger.Holding(ctx, r, v.Place.ID, ledger.Account{Owner: party.Owner{Kind: party.Member, ID: who}, Purpose: pattern.Purpose, Asset: asset})
			if err != nil {
				return nil, err
			}
			if h.Entries > 0 {
				all = append(all, h)
			}
		}
	}
	v.Table.Total = len(all)
	return all, nil
}

// lookedUp notes a search that led to the accounts of one person.
func (d *Desk) lookedUp(ctx context.Context, v *accountsView) error {
	who, err := id.Parse(v.Search)
	if v.Kind != party.Member || v.Table.Total == 0 || err != nil {
		return nil
	}
	return d.lookedAt(ctx, v.Place, i18n.M("看账户余额").Key, ledger.Of(party.Owner{Kind: party.Member, ID: who}, ledger.Coins))
}

// endOf is the last instant of a day in the house's zone; the zero time for none.
func (d *Desk) endOf(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	v, err := period.ParseDay(day)
	if err != nil {
		return time.Time{}, errBadDay.On("day")
	}
	return (v + 1).Start(d.Zone).Add(-time.Microsecond), nil
}
