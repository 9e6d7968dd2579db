package allianceweb

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/sheet"
	"gongyi/internal/platform/ui"
	"gongyi/internal/portal"
)

// boardView is the board of a community's seats.
type boardView struct {
	At        community.Place
	Board     *flow.Board
	Rows      []seatRow
	May       bool
	Export    bool
	Missing   []ui.Option
	Further   []ui.Option // trades that have a seat
	Form      string
	Wrong     []ui.Wrong
	Typed     map[string]string
	Committee string
}

func (v boardView) form(name, rest string) ui.Form {
	f := ui.Form{ID: "form-" + name, In: name, Action: boardHref(v.At) + rest}
	if v.Form == name {
		f.Wrong = v.Wrong
	}
	return f
}

// seatRow is one seat on the board.
type seatRow struct {
	Seat    *alliance.Seat
	Trade   string
	Holder  string
	Until   string
	State   string
	Tone    ui.Tone
	Waiting int
	Tenure  *alliance.Tenure
	Opening *alliance.Opening
	Bids    []*alliance.Application
}

func (p *Pages) board(w http.ResponseWriter, r *http.Request) error {
	return p.showBoard(w, r, http.StatusOK, "", nil)
}

func (p *Pages) showBoard(w http.ResponseWriter, r *http.Request, status int, form string, wrong []ui.Wrong) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.AllianceBoard(ctx, at.ID)
	if err != nil {
		return err
	}
	on := authz.Resource{Place: at.ID}
	v := boardView{At: at, Board: b, Rows: seatRows(ctx, b), Form: form, Wrong: wrong, Typed: make(map[string]string), Committee: "/committee/" + at.ID.String(),
		May: p.Engine.May(ctx, authz.Of(ctx), "seating.change", on) == nil, Export: p.Engine.May(ctx, authz.Of(ctx), "seating.export", on) == nil}
	for _, f := range []string{"trade", "radius", "asked", "unmet", "days", "source", "reason", "why"} {
		v.Typed[f] = r.FormValue(f)
	}
	for _, t := range b.Missing() {
		v.Missing = append(v.Missing, ui.Option{Value: t.Code, Text: t.Name(english(ctx))})
	}
	for _, s := range b.Seats {
		if s.Number == 1 {
			v.Further = append(v.Further, ui.Option{Value: s.Trade, Text: b.Trade(s.Trade, english(ctx))})
		}
	}
	return p.ShowAs(w, r, status, httpkit.Private, p.desk(ctx, i18n.T(ctx, "席位")), boardPage(v))
}

// seatRows are the seats in the order of the tree.
func seatRows(ctx context.Context, b *flow.Board) (rows []seatRow) {
	for _, t := range b.Tree.All() {
		for _, s := range b.Seats {
			if s.Trade != t.Code {
				continue
			}
			row := seatRow{Seat: s, Trade: t.Name(english(ctx)), Waiting: len(b.Waiting(s.Trade)), Tenure: b.Holder(s.ID), Opening: b.Opening(s.ID)}
			if row.Opening != nil {
				for _, x := range b.Applications {
					if x.Opening == row.Opening.ID {
						row.Bids = append(row.Bids, x)
					}
				}
			}
			switch x := b.Pending(s.ID); {
			case row.Tenure != nil:
				row.Holder, row.Until = shopName(b, row.Tenure.Merchant), lastDay(ctx, row.Tenure.Until, b.Zone)
				row.State, row.Tone = i18n.T(ctx, "在座"), ui.OK
			case x != nil:
				row.Holder, row.Bids = x.Form.ShopName, []*alliance.Application{x}
				row.State, row.Tone = alliance.StateName(x.State()).In(ctx), ui.Tell
			case row.Opening != nil && row.Opening.Takes(b.Now):
				row.State, row.Tone = i18n.T(ctx, "正在招店"), ui.Tell
				row.Until = lastDay(ctx, row.Opening.To, b.Zone)
			case row.Opening != nil:
				row.State, row.Tone = i18n.T(ctx, "在评选"), ui.Tell
			default:
				row.State, row.Tone = i18n.T(ctx, "空着"), ui.Soon
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// exportBoard takes the seats along as a table.
func (p *Pages) exportBoard(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	b, err := p.Flows.AllianceBoard(ctx, at.ID)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: i18n.T(ctx, "席位"), Head: []string{i18n.T(ctx, "业态"), i18n.T(ctx, "第几席"), i18n.T(ctx, "状态"), i18n.T(ctx, "店铺"), i18n.T(ctx, "到"), i18n.T(ctx, "候补")}}
	for _, s := range seatRows(ctx, b) {
		t.Rows = append(t.Rows, sheet.Texts(s.Trade, strconv.Itoa(s.Seat.Number), s.State, s.Holder, s.Until, strconv.Itoa(s.Waiting)))
	}
	format := r.FormValue("format")
	if sheet.Formats[format] == "" {
		format = "csv"
	}
	return portal.Take(w, r, i18n.T(ctx, "席位 %s", portal.PlaceName(at)), format, t)
}

// change does something on the board and leads back to it.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, form string, do func(at id.ID, actor db.Actor) error) error {
	at, err := p.CommunityIn(r)
	if err != nil {
		return err
	}
	if err := do(at.ID, authz.Of(r.Context()).Actor()); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showBoard(w, r, status, form, wrong)
	}
	http.Redirect(w, r, boardHref(at), http.StatusSeeOther)
	return nil
}

func (p *Pages) introduce(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "introduce", func(at id.ID, actor db.Actor) error {
		_, err := p.Flows.SeatExisting(r.Context(), at, actor)
		return err
	})
}

func (p *Pages) openSeat(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, r.FormValue("form"), func(at id.ID, actor db.Actor) error {
		demand := alliance.Demand{Asked: whole(r.FormValue("asked")), Unmet: whole(r.FormValue("unmet")), Days: int(whole(r.FormValue("days"))), Source: strings.TrimSpace(r.FormValue("source"))}
		_, err := p.Flows.OpenSeat(r.Context(), at, actor, r.FormValue("trade"), int(whole(r.FormValue("radius"))), demand, r.FormValue("reason"))
		if f := fault.Of(err); f != nil && errors.Is(err, alliance.ErrSecondSeat) && r.FormValue("form") == "first" {
			return f.On("trade") // this form has no figures to put right
		}
		return err
	})
}

// whole reads a whole number; what is none counts as nothing and is refused further on.
func whole(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return 0
	}
	return n
}

func (p *Pages) vacate(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "vacate", func(at id.ID, actor db.Actor) error {
		tenure, err := idIn(r, "tenure", alliance.ErrNoTenure)
		if err != nil {
			return err
		}
		_, err = p.Flows.VacateSeat(r.Context(), at, actor, tenure, alliance.Why(r.FormValue("why")), r.FormValue("reason"))
		return err
	})
}

func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "unknown", func(at id.ID, actor db.Actor) error {
		shop, err := idIn(r, "shop", alliance.ErrNoTrade)
		if err != nil {
			return err
		}
		return p.Flows.AssignTrade(r.Context(), at, actor, shop, r.FormValue("trade"), r.FormValue("reason"))
	})
}

// settle decides about a shop that found its trade's seat held: it stays without one.
func (p *Pages) settle(w http.ResponseWriter, r *http.Request) error {
	return p.change(w, r, "rivals", func(at id.ID, actor db.Actor) error {
		shop, err := idIn(r, "shop", alliance.ErrNoTrade)
		if err != nil {
			return err
		}
		return p.Flows.DB.Update(r.Context(), at, actor, func(tx *db.Tx) error {
			return p.Flows.Alliance.SettleRivalry(r.Context(), tx, shop, "stays", r.FormValue("reason"))
		})
	})
}
