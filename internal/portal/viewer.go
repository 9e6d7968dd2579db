package portal

import (
	"context"
	"errors"
	"time"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/access"
	"gongyi/internal/module/community"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/ui"
)

// seat is where a viewer sits: what a frame shows of her, and of her community.
type seat struct {
	viewer ui.Viewer
	place  ui.Link
}

func (p *Portal) seat(ctx context.Context, v authz.Viewer) (s seat, err error) {
	s.viewer = ui.Viewer{SignIn: signIn(ctx), Now: p.Flows.DB.Clock().Now().In(Zone)}
	if p.Demo != nil {
		if s.viewer.Demo, err = p.Demo(ctx); err != nil {
			return s, err
		}
	}
	if !v.SignedIn() {
		return s, nil
	}
	var who, acting *person.Person
	var memberships []person.Membership
	err = p.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		if who, err = p.Flows.People.ByID(ctx, r, v.Person); err != nil {
			return err
		}
		acting = who
		if v.Acting() != v.Person {
			if acting, err = p.Flows.People.ByID(ctx, r, v.Acting()); err != nil {
				return err
			}
		}
		memberships, err = p.Flows.People.Memberships(ctx, r, v.Acting())
		return err
	})
	if err != nil {
		return s, err
	}
	if err := p.settle(ctx, &s, memberships); err != nil {
		return s, err
	}
	s.viewer.SignedIn, s.viewer.Home, s.viewer.SignOut, s.viewer.Inbox = true, "/me", p.SignOut, p.Inbox
	s.viewer.Name = Called(ctx, who)
	s.viewer.Greeting = Greeting(ctx, s.viewer.Now, acting)
	if p.Unread != nil {
		if s.viewer.Unread, err = p.Unread(ctx, v.Acting()); err != nil {
			return s, err
		}
	}
	if p.Assist != nil && !v.For.IsZero() {
		if s.viewer.Assist, err = p.Assist(ctx, v); err != nil {
			return s, err
		}
	}
	s.viewer.Hats, err = p.hats(ctx, v)
	return s, err
}

// settle finds the viewer's community and its clock.
func (p *Portal) settle(ctx context.Context, s *seat, memberships []person.Membership) error {
	if len(memberships) == 0 {
		return nil
	}
	home, err := p.Flows.Communities.ByID(ctx, p.Flows.DB, memberships[0].Home)
	if err != nil {
		return err
	}
	s.place = ui.Link{Text: PlaceName(home), Href: "/c/" + home.Ref + "/books"}
	zone, err := p.Zone(ctx, home.ID)
	if err == nil {
		s.viewer.Now = s.viewer.Now.In(zone)
	}
	return err
}

// Zone is where people live who belong to no community yet.
var Zone = flow.DefaultZone

// Zone is the time zone in which a community's people read the present.
func (p *Portal) Zone(ctx context.Context, at id.ID) (zone *time.Location, err error) {
	err = p.Flows.DB.View(ctx, at, func(r db.Reader) error {
		zone, err = p.Flows.Zone(ctx, r, at, p.Flows.DB.Clock().Now())
		return err
	})
	return zone, err
}

// hats are the other frames that the viewer may enter: home, each of her shops, and
// every frame of which some door opens for her.
func (p *Portal) hats(ctx context.Context, v authz.Viewer) (hats []ui.Link, err error) {
	if len(v.Grants) == 0 {
		return nil, nil
	}
	hats = append(hats, ui.Link{Href: "/home", Text: i18n.T(ctx, "居民")})
	shops, err := p.Shops(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, s := range shops {
		hats = append(hats, ui.Link{Href: "/shop/" + s.ID.String(), Text: s.Name})
	}
	for _, kind := range []ui.Kind{ui.FieldFrame, ui.OperatorFrame, ui.OfficerFrame} {
		for _, d := range p.doors {
			if d.Kind == kind && p.may(ctx, v, d.Action) {
				hats = append(hats, ui.Link{Href: d.Href, Text: hatOf(kind).In(ctx)})
				break
			}
		}
	}
	if len(hats) == 1 {
		return nil, nil
	}
	return hats, nil
}

func hatOf(k ui.Kind) i18n.Message {
	switch k {
	case ui.FieldFrame:
		return i18n.M("走访与帮办")
	case ui.OperatorFrame:
		return i18n.M("运营工作台")
	}
	return i18n.M("街道与监督")
}

// Shop is a shop that somebody owns or works in.
type Shop struct {
	ID, Place id.ID
	Name      string
	Owner     bool
}

// Shops are the viewer's shops, those she owns first.
func (p *Portal) Shops(ctx context.Context, v authz.Viewer) (owned []Shop, err error) {
	var works []Shop
	for _, g := range v.Grants {
		if g.Role != access.Owner && g.Role != access.Staff {
			continue
		}
		s := Shop{ID: g.Subject, Place: g.Place, Owner: g.Role == access.Owner}
		err := p.Flows.DB.View(ctx, g.Place, func(r db.Reader) error {
			m, err := p.Flows.Merchants.ByID(ctx, r, g.Place, g.Subject)
			if err != nil {
				return err
			}
			if s.Name = m.Name; s.Name == "" {
				s.Name = m.Ref
			}
			return nil
		})
		switch {
		case fault.KindOf(err) == fault.NotFound:
		case err != nil:
			return nil, err
		case s.Owner:
			owned = append(owned, s)
		default:
			works = append(works, s)
		}
	}
	for _, s := range works {
		if !owns(owned, s.ID) {
			owned = append(owned, s)
		}
	}
	return owned, nil
}

func owns(shops []Shop, shop id.ID) bool {
	for _, s := range shops {
		if s.ID == shop {
			return true
		}
	}
	return false
}

// Main is the frame in which somebody does most of her work: where she is led after
// signing in.
func (p *Portal) Main(ctx context.Context, v authz.Viewer) (string, error) {
	if v.Acting() != v.Person {
		return "/home", nil
	}
	hats, err := p.hats(ctx, v)
	if err != nil || len(hats) == 0 {
		return "/home", err
	}
	return hats[len(hats)-1].Href, nil
}

// PlaceName is what a place is called.
func PlaceName(p community.Place) string {
	if p.Name == "" {
		return p.Ref
	}
	return p.Name
}

// Called is how somebody is addressed: 陈女士. Nobody whose name was erased is named.
func Called(ctx context.Context, who *person.Person) string { return who.Called(ctx) }

// Greeting greets by the time of day.
func Greeting(ctx context.Context, now time.Time, who *person.Person) string {
	key := "晚上好，%s"
	switch hour := now.Hour(); {
	case hour >= 5 && hour < 11:
		key = "早上好，%s"
	case hour >= 11 && hour < 13:
		key = "中午好，%s"
	case hour >= 13 && hour < 18:
		key = "下午好，%s"
	}
	return i18n.T(ctx, key, Called(ctx, who))
}

// Me is who the viewer acts as, and her memberships, home first.
func (p *Portal) Me(ctx context.Context) (who *person.Person, memberships []person.Membership, err error) {
	v := authz.Of(ctx)
	if !v.SignedIn() {
		return nil, nil, authz.ErrSignIn
	}
	err = p.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
		if who, err = p.Flows.People.ByID(ctx, r, v.Acting()); err != nil {
			return err
		}
		memberships, err = p.Flows.People.Memberships(ctx, r, v.Acting())
		return err
	})
	if errors.Is(err, person.ErrNotFound) {
		err = authz.ErrSignIn // erased while she was looking
	}
	return who, memberships, err
}

// FormName is a form of address as one chooses it.
func FormName(ctx context.Context, f person.Form) string {
	switch f {
	case person.Ms:
		return i18n.T(ctx, "女士")
	case person.Mr:
		return i18n.T(ctx, "先生")
	case person.Auntie:
		return i18n.T(ctx, "阿姨")
	case person.Uncle:
		return i18n.T(ctx, "叔叔")
	case person.Teacher:
		return i18n.T(ctx, "老师")
	case person.Master:
		return i18n.T(ctx, "师傅")
	}
	return i18n.T(ctx, "叫全名")
}
