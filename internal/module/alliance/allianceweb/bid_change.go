package allianceweb

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"gongyi/internal/kernel/geo"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/module/alliance"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/portal"
)

// save keeps the form, and hands it in if the applicant pressed that button.
func (p *Pages) save(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	v := bidView{Form: "bid"}
	v.Typed, err = p.typed(r, at, x, &v)
	if err == nil {
		err = p.Flows.SaveApplication(ctx, at.ID, authz.Of(ctx).Actor(), x.ID, v.Typed)
	}
	if err == nil && r.FormValue("do") == "submit" {
		err = p.Flows.SubmitApplication(ctx, at.ID, authz.Of(ctx).Actor(), x.ID)
	}
	if err != nil {
		wrong, status, err := portal.Wrong(ctx, err)
		if err != nil {
			return err
		}
		v.Wrong = wrong
		return p.showBid(w, r, status, v)
	}
	http.Redirect(w, r, bidHref(at.ID, x.ID)+"?saved=1", http.StatusSeeOther)
	return nil
}

// typed reads the form of an application.
func (p *Pages) typed(r *http.Request, at community.Place, x *alliance.Application, v *bidView) (f alliance.Form, err error) {
	f = alliance.Form{Trade: x.Form.Trade, ShopName: r.FormValue("shop_name"), Address: r.FormValue("address"), OwnerName: r.FormValue("owner_name"), Licence: r.FormValue("licence"),
		Size: alliance.Size(r.FormValue("size")), Offer: alliance.OfferKind(r.FormValue("offer")), OfferText: r.FormValue("offer_text")}
	v.Share, v.Point, v.Grid = strings.TrimSpace(r.FormValue("offer_share")), strings.TrimSpace(r.FormValue("position")), r.FormValue("grid")
	for _, x := range r.Form["promises"] {
		f.Promises = append(f.Promises, alliance.Promise(x))
	}
	if text := strings.TrimSpace(r.FormValue("years")); text != "" {
		if f.Years, err = strconv.Atoi(text); err != nil {
			return f, alliance.ErrBadYears.On("years")
		}
	}
	if v.Share != "" {
		rate, ok := percent(v.Share)
		if !ok {
			return f, alliance.ErrOfferShare.On("offer_share").With("least", "1%")
		}
		f.OfferShare = rate
	}
	if v.Point != "" {
		if f.At, err = geo.ParsePoint(v.Point); err != nil {
			return f, alliance.ErrNoPosition.On("position")
		}
	} else if grid, bad := id.Parse(v.Grid); bad == nil {
		_, stands, err := p.grids(r.Context(), at.ID)
		if err != nil {
			return f, err
		}
		f.At = stands[grid]
	}
	return f, nil
}

// percent reads "1.5" of a hundred.
func percent(text string) (money.Rate, bool) {
	whole, frac, _ := strings.Cut(strings.TrimSuffix(text, "%"), ".")
	if len(frac) > 4 || whole == "" {
		return 0, false
	}
	n, err := strconv.Atoi(whole + (frac + "0000")[:4])
	return money.Rate(n), err == nil && n >= 0 && n <= int(money.One)
}

// step does something with the viewer's application and leads back to it.
func (p *Pages) step(w http.ResponseWriter, r *http.Request, form string, do func(at, application id.ID, actor db.Actor) error) error {
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	if err := do(at.ID, x.ID, authz.Of(r.Context()).Actor()); err != nil {
		wrong, status, err := portal.Wrong(r.Context(), err)
		if err != nil {
			return err
		}
		return p.showBid(w, r, status, bidView{Form: form, Wrong: wrong, Typed: x.Form})
	}
	http.Redirect(w, r, bidHref(at.ID, x.ID), http.StatusSeeOther)
	return nil
}

func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "withdraw", func(at, x id.ID, actor db.Actor) error {
		return p.Flows.WithdrawApplication(r.Context(), at, actor, x)
	})
}

func (p *Pages) appeal(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "appeal", func(at, x id.ID, actor db.Actor) error {
		return p.Flows.AppealApplication(r.Context(), at, actor, x, r.FormValue("reason"))
	})
}

func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "answer", func(at, x id.ID, actor db.Actor) error {
		return p.Flows.AnswerOffer(r.Context(), at, actor, x, r.FormValue("answer") == "yes")
	})
}

func (p *Pages) signOwner(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "sign", func(at, x id.ID, actor db.Actor) error {
		sum, err := sumOf(r)
		if err != nil {
			return err
		}
		return p.Flows.SignContract(r.Context(), at, actor, x, alliance.ByOwner, "merchant_owner", sum)
	})
}

// sumOf reads the hash of the text that was shown.
func sumOf(r *http.Request) (sum [32]byte, err error) {
	b, err := hex.DecodeString(r.FormValue("sha256"))
	if err != nil || len(b) != len(sum) {
		return sum, alliance.ErrSignedOther
	}
	copy(sum[:], b)
	return sum, nil
}

// addPaper takes a file.
func (p *Pages) addPaper(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "papers", func(at, x id.ID, actor db.Actor) error {
		file, err := portal.PaperIn(r, "file")
		if err != nil {
			return err
		}
		_, err = p.Flows.AddPaper(r.Context(), at, actor, x, alliance.Paper(r.FormValue("paper")), file)
		return err
	})
}

func (p *Pages) dropPaper(w http.ResponseWriter, r *http.Request) error {
	return p.step(w, r, "papers", func(at, x id.ID, actor db.Actor) error {
		document, err := idIn(r, "document", alliance.ErrNoPaper)
		if err != nil {
			return err
		}
		return p.Flows.DropPaper(r.Context(), at, actor, x, document)
	})
}

// paper answers with a document of the viewer's application.
func (p *Pages) paper(w http.ResponseWriter, r *http.Request) error {
	at, x, err := p.bidOf(r)
	if err != nil {
		return err
	}
	return p.sendPaper(w, r, at.ID, x.ID)
}

// sendPaper answers with the document of an address.
func (p *Pages) sendPaper(w http.ResponseWriter, r *http.Request, at, application id.ID) error {
	document, err := idIn(r, "document", alliance.ErrNoPaper)
	if err != nil {
		return err
	}
	file, err := p.Flows.Paper(r.Context(), at, application, document)
	if err != nil {
		return err
	}
	return portal.SendFile(w, r, file, never)
}
