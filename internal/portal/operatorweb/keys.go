package operatorweb

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/apikey"
	"gongyi/internal/module/community"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

func (d *Desk) keyRoutes(t *httpkit.Router) {
	t.Add(
		httpkit.Route{Pattern: "GET /desk/keys", Action: "key.read", On: d.somewhere("key.read"), Do: d.keys},
		httpkit.Route{Pattern: "POST /desk/keys", Action: "key.make", On: d.somewhere("key.make"), Do: d.makeKey},
		httpkit.Route{Pattern: "POST /desk/keys/{id}/revocation", Action: "key.revoke", On: d.somewhere("key.revoke"), Do: d.revokeKey},
	)
}

// keysView are the keys, and the form for another one.
type keysView struct {
	Keys   []keyRow
	Form   ui.Form
	Name   string
	Rights []string
	Place  ui.Field
	Rate   string
	Secret string // of the key that was just made: it is shown once
}

type keyRow struct {
	*apikey.Key
	Short, Made, Where, Rights string
	May                        bool // revoke it
}

func (d *Desk) keys(w http.ResponseWriter, r *http.Request) error {
	return d.showKeys(w, r, http.StatusOK, keysView{Rate: "20"})
}

func (d *Desk) showKeys(w http.ResponseWriter, r *http.Request, status int, v keysView) error {
	ctx := r.Context()
	all, err := d.Flows.Keys.List(ctx)
	if err != nil {
		return err
	}
	places, err := d.keepers(ctx)
	if err != nil {
		return err
	}
	for _, k := range slices.Backward(all) {
		row := keyRow{Key: k, Short: short(k.ID), Made: d.moment(ctx, k.CreatedAt), Where: i18n.T(ctx, "全部社区")}
		if k.Scope.Community != "" {
			row.Where = k.Scope.Community
			for _, p := range places {
				if p.Ref == k.Scope.Community {
					row.Where = named(p)
				}
			}
		}
		if row.May, err = d.mayKey(ctx, "key.revoke", k.Scope.Community); err != nil {
			return err
		}
		var rights []string
		for _, x := range k.Scope.Rights {
			rights = append(rights, rightName(ctx, x))
		}
		row.Rights = strings.Join(rights, i18n.T(ctx, "、"))
		v.Keys = append(v.Keys, row)
	}
	v.Form.Action = "/desk/keys"
	chosen := v.Place.Value
	mine, err := d.mine(ctx, "key.make")
	if err != nil {
		return err
	}
	v.Place = placeField(ctx, mine)
	if !d.may(ctx, "key.make", id.ID{}) {
		v.Place.Options = v.Place.Options[1:]
	}
	v.Place.Value, v.Place.Optional, v.Place.Label = chosen, true, i18n.T(ctx, "哪个社区")
	v.Place.Error = v.Form.Of("community")
	return d.Portal.ShowAs(w, r, status, httpkit.Never, d.shell(r, "keys", i18n.T(ctx, "接口密钥")), keysPage(v))
}

// makeKey makes a key and shows its secret in the answer, never again.
func (d *Desk) makeKey(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	v := keysView{Name: strings.TrimSpace(r.FormValue("name")), Rights: r.Form["rights"], Rate: r.FormValue("per_second"), Place: ui.Field{Value: r.FormValue("community")}}
	scope := apikey.Scope{Community: v.Place.Value}
	for _, x := range v.Rights {
		scope.Rights = append(scope.Rights, apikey.Right(x))
	}
	perSecond, err := strconv.Atoi(v.Rate)
	bad := func(field, text string) { v.Form.Wrong = append(v.Form.Wrong, ui.Wrong{Field: field, Text: text}) }
	if err != nil || perSecond < 1 || perSecond > 10_000 {
		bad("per_second", i18n.T(ctx, "每秒几次，请填 1 到 10000。"))
	}
	if v.Name == "" || len(v.Name) > 100 {
		bad("name", i18n.T(ctx, "请写给谁用，好认得出来。"))
	}
	if may, err := d.mayKey(ctx, "key.make", scope.Community); err != nil {
		return err
	} else if !may {
		bad("community", i18n.T(ctx, "请选您负责的社区。"))
	}
	if len(scope.Rights) == 0 {
		bad("rights", i18n.T(ctx, "请选它能做什么。"))
	}
	if len(v.Form.Wrong) > 0 {
		return d.showKeys(w, r, http.StatusUnprocessableEntity, v)
	}
	err = d.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), func(tx *db.Tx) (err error) {
		_, v.Secret, err = d.Flows.Keys.Make(ctx, tx, v.Name, scope, perSecond)
		return err
	})
	if err != nil {
		return err
	}
	return d.showKeys(w, r, http.StatusCreated, keysView{Secret: v.Secret, Rate: "20"})
}

// mayKey reports whether the viewer may do something with a key of a community, ""
// for one of all communities.
func (d *Desk) mayKey(ctx context.Context, a authz.Action, ref string) (bool, error) {
	if ref == "" {
		return d.may(ctx, a, id.ID{}), nil
	}
	mine, err := d.mine(ctx, a)
	return slices.ContainsFunc(mine, func(p community.Place) bool { return p.Ref == ref }), err
}

func (d *Desk) revokeKey(w http.ResponseWriter, r *http.Request) error {
	key, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return apikey.ErrNoSuchKey
	}
	ctx := r.Context()
	all, err := d.Flows.Keys.List(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(k *apikey.Key) bool { return k.ID == key })
	if at < 0 {
		return apikey.ErrNoSuchKey
	}
	if may, err := d.mayKey(ctx, "key.revoke", all[at].Scope.Community); err != nil || !may {
		return errors.Join(err, authz.ErrDenied)
	}
	if err := d.Flows.DB.Update(ctx, id.Tilde, authz.Of(ctx).Actor(), func(tx *db.Tx) error { return d.Flows.Keys.Revoke(ctx, tx, key) }); err != nil {
		return err
	}
	http.Redirect(w, r, path("keys"), http.StatusSeeOther)
	return nil
}
