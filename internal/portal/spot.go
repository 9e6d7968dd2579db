package portal

import (
	"context"
	"net/http"
	"strings"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/person"
	"gongyi/internal/platform/authz"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/httpkit"
)

// Spot is a community for who is a member there.
type Spot struct {
	community.Place
	flow.Standing
	Me *member.Member
}

// SpotOf is a community for the viewer, or whom she helps. Of a community where she is no
// member there is none.
func (p *Portal) SpotOf(ctx context.Context, at id.ID) (s Spot, err error) {
	if s.Place, err = p.Flows.Communities.ByID(ctx, p.Flows.DB, at); err != nil {
		return s, err
	}
	if s.Me, err = p.Flows.MemberIn(ctx, at, authz.Of(ctx).Acting()); err != nil {
		return s, err
	}
	s.Standing, err = p.Flows.StandingIn(ctx, at)
	return s, err
}

// SpotIn is the community in a page's address, {at}, where the viewer must be a member.
func (p *Portal) SpotIn(r *http.Request) (Spot, error) {
	at, err := id.Parse(r.PathValue("at"))
	if err != nil {
		return Spot{}, httpkit.ErrNoSuchPage
	}
	s, err := p.SpotOf(r.Context(), at)
	if fault.KindOf(err) == fault.NotFound {
		err = httpkit.ErrNoSuchPage
	}
	return s, err
}

// HomeSpot is where the viewer lives; known is false of who is no member anywhere.
func (p *Portal) HomeSpot(ctx context.Context) (s Spot, known bool, err error) {
	if !authz.Of(ctx).SignedIn() {
		return s, false, nil
	}
	_, memberships, err := p.Me(ctx)
	if err != nil || len(memberships) == 0 {
		return s, false, err
	}
	s, err = p.SpotOf(ctx, memberships[0].Home)
	if fault.KindOf(err) == fault.NotFound {
		return s, false, nil
	}
	return s, err == nil, err
}

// IDIn is an id in a page's address.
func IDIn(r *http.Request, name string) (id.ID, error) {
	at, err := id.Parse(r.PathValue(name))
	if err != nil {
		err = httpkit.ErrNoSuchPage
	}
	return at, err
}

// MemberCalled is how a member is addressed, "" of one who was forgotten or never known.
func (p *Portal) MemberCalled(ctx context.Context, community, who id.ID) (string, error) {
	n, err := p.Flows.Householder(ctx, community, who)
	if err != nil || n.Person == nil {
		return "", err
	}
	return Called(ctx, n.Person), nil
}

// ErrNobody refuses who is no member of the community, as far as the desk has said.
var ErrNobody = fault.New(fault.Invalid, "portal.nobody")

// MemberBy finds the member whom the desk means: by her telephone or her reference.
func (p *Portal) MemberBy(ctx context.Context, community id.ID, field, said string) (*member.Member, error) {
	said = strings.TrimSpace(said)
	m, err := p.memberByPhone(ctx, community, said)
	if m == nil && err == nil {
		err = p.Flows.DB.View(ctx, community, func(rd db.Reader) (err error) {
			m, err = p.Flows.Members.Lookup(ctx, rd, community, said)
			return err
		})
	}
	if fault.Of(err) != nil {
		err = ErrNobody.On(field)
	}
	return m, err
}

// memberByPhone is nil where it is no telephone number, or nobody's.
func (p *Portal) memberByPhone(ctx context.Context, community id.ID, said string) (*member.Member, error) {
	number, err := person.ParsePhone(said)
	if err != nil {
		return nil, nil
	}
	var who *person.Person
	err = p.Flows.DB.View(ctx, id.Tilde, func(rd db.Reader) (err error) {
		who, err = p.Flows.People.ByPhone(ctx, rd, number)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.Flows.MemberIn(ctx, community, who.ID)
}
