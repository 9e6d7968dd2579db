package flow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/attachment"
	"gongyi/internal/module/community"
	"gongyi/internal/module/member"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/person"
	"gongyi/internal/module/privacy"
	"gongyi/internal/module/volunteer"
	"gongyi/internal/platform/db"
)

// Refusals of what volunteers do, in the order in which they are checked.
var (
	ErrNoMember      = fault.New(fault.Conflict, "volunteer.no_member")
	ErrOutside       = fault.New(fault.Invalid, "volunteer.place_elsewhere")
	ErrNoStanding    = fault.New(fault.Forbidden, "volunteer.no_standing")
	ErrSameHousehold = fault.New(fault.Forbidden, "volunteer.same_household")
	ErrNotStaff      = fault.New(fault.Invalid, "volunteer.not_staff")
)

// volunteerHref is where somebody sees what is known of her as a volunteer.
const volunteerHref = "/me/volunteer"

// Deeds is what somebody gave and what came back: hours and thanks, never a rank.
type Deeds struct {
	Minutes int // served
	Times   int // how often
	Thanks  []Thank
}

// Thank is what somebody wrote who was helped.
type Thank struct {
	Words string
	At    time.Time
}

// Becoming is somebody who wants to volunteer.
type Becoming struct {
	Person    id.ID
	Community id.ID
	volunteer.Profile
	Skills []volunteer.Skill
	How    string // her consent was given: "page", "paper", "desk"
}

// BecomeVolunteer makes a volunteer of a member at home in a community (F1). Her
// consent to what her words are used for is noted first (A7): without it nothing of
// them is kept.
func (f *Flows) BecomeVolunteer(ctx context.Context, actor db.Actor, b Becoming) (v *volunteer.Volunteer, err error) {
	defer fault.Wrap(&err, "flow: become a volunteer")
	m, err := f.MemberIn(ctx, b.Community, b.Person)
	if errors.Is(err, member.ErrNotFound) {
		err = ErrNoMember
	}
	if err != nil {
		return nil, err
	}
	if b.Grid, err = f.gridOf(ctx, b.Community, b.Place); err != nil {
		return nil, err
	}
	var who *person.Person
	err = f.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		who, err = f.People.ByID(ctx, r, b.Person)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := f.Consent(ctx, actor, b.Person, privacy.Volunteering, b.How); err != nil {
		return nil, err
	}
	return v, f.DB.Update(ctx, b.Community, actor, func(tx *db.Tx) error {
		if v, err = f.Volunteers.Join(ctx, tx, b.Person, m.ID, b.Profile, b.Skills); err != nil {
			return err
		}
		if who.Phone == "" || actor.ID != b.Person {
			return nil
		}
		_, err = f.Volunteers.Prove(ctx, tx, volunteer.Proof{Person: b.Person, Kind: volunteer.PhoneProof}, 0)
		return err
	})
}

// ChangeVolunteer edits a profile as it was seen; a place that is another one has to
// lie in the community.
func (f *Flows) ChangeVolunteer(ctx context.Context, actor db.Actor, community, who id.ID, version int64, edit func(p *volunteer.Profile)) error {
	var p volunteer.Profile
	err := f.DB.View(ctx, community, func(r db.Reader) error {
		v, err := f.Volunteers.ByPerson(ctx, r, community, who)
		if err == nil {
			p = v.Profile
		}
		return err
	})
	if err != nil {
		return err
	}
	before := p.Place
	edit(&p)
	if p.Place != before {
		if p.Grid, err = f.gridOf(ctx, community, p.Place); err != nil {
			return err
		}
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		_, err := f.Volunteers.Change(ctx, tx, who, version, func(now *volunteer.Profile) { *now = p })
		return err
	})
}

// gridOf is the grid in which a place of a community lies, zero for none.
func (f *Flows) gridOf(ctx context.Context, at, place id.ID) (grid id.ID, err error) {
	if place.IsZero() {
		return grid, volunteer.ErrBadPlace.On("place")
	}
	path, err := f.Communities.Path(ctx, f.DB, place)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return grid, err
	}
	if !slices.ContainsFunc(path, func(p community.Place) bool { return p.ID == at }) {
		return grid, ErrOutside.On("place")
	}
	for _, p := range path {
		if p.Kind == community.Grid {
			grid = p.ID
		}
	}
	return grid, nil
}

// HandCertificate keeps a certificate with its file until the desk looks at it.
func (f *Flows) HandCertificate(ctx context.Context, actor db.Actor, community id.ID, c volunteer.Certificate, file *attachment.File) error {
	if file == nil {
		return attachment.ErrNoFile.On("file")
	}
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) (err error) {
		c := c
		if c.File, err = f.Files.Add(ctx, tx, file); err != nil {
			return err
		}
		_, err = f.Volunteers.Hand(ctx, tx, c)
		return err
	})
}

// JudgeCertificate accepts a certificate until a day or refuses it with words, and
// tells whose it is.
func (f *Flows) JudgeCertificate(ctx context.Context, actor db.Actor, community, certificate id.ID, v volunteer.Verdict) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		c, err := f.Volunteers.Judge(ctx, tx, certificate, v, today)
		if err != nil {
			return err
		}
		n := notice.Notice{
			Kind: notice.VolunteerRefused, Person: c.Person, Place: community, Cause: "volunteer/certificate/" + certificate.String(), Link: volunteerHref,
			Args: []notice.Arg{notice.Say(volunteer.SkillName(c.Skill).Key), notice.Text(c.Verdict.Words, "")},
		}
		if c.Verdict.Accepted {
			n.Kind, n.Args[1] = notice.VolunteerAccepted, notice.Day(c.Verdict.Until)
		}
		return f.Notices.Send(ctx, tx, n)
	})
}

// NoteProof notes what somebody showed the desk, and tells her.
func (f *Flows) NoteProof(ctx context.Context, actor db.Actor, community id.ID, p volunteer.Proof) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		noted, err := f.Volunteers.Prove(ctx, tx, p, today)
		if err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.VolunteerProved, Person: p.Person, Place: community, Cause: "volunteer/proof/" + noted.ID.String(), Link: volunteerHref,
			Args: []notice.Arg{notice.Say(volunteer.ProofName(p.Kind).Key), notice.Day(p.Until)},
		})
	})
}

// TakeProofBack takes a proof back with words, and tells her.
func (f *Flows) TakeProofBack(ctx context.Context, actor db.Actor, community, who, proof id.ID, words string) error {
	return f.DB.Update(ctx, community, actor, func(tx *db.Tx) error {
		v, err := f.Volunteers.ByPerson(ctx, tx, community, who)
		if err != nil {
			return err
		}
		if err := f.Volunteers.Unprove(ctx, tx, who, proof, words); err != nil {
			return err
		}
		at := slices.IndexFunc(v.Proofs, func(p volunteer.Proof) bool { return p.ID == proof })
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.VolunteerUnproved, Person: who, Place: community, Cause: "volunteer/proof/" + proof.String() + "/end", Link: volunteerHref,
			Args: []notice.Arg{notice.Say(volunteer.ProofName(v.Proofs[at].Kind).Key), notice.Text(words, "")},
		})
	})
}

// InviteVolunteer asks a member whether she would like to help, once a month at most.
func (f *Flows) InviteVolunteer(ctx context.Context, actor db.Actor, at, who id.ID) error {
	if _, err := f.MemberIn(ctx, at, who); errors.Is(err, member.ErrNotFound) {
		return ErrNoMember.On("who")
	} else if err != nil {
		return err
	}
	place, err := f.Communities.ByID(ctx, f.DB, at)
	if err != nil {
		return err
	}
	return f.DB.Update(ctx, at, actor, func(tx *db.Tx) error {
		v, err := f.Volunteers.ByPerson(ctx, tx, at, who)
		switch {
		case err == nil && v.State != volunteer.Stopped:
			return volunteer.ErrThere.On("who")
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return err
		}
		today, _, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		return f.Notices.Send(ctx, tx, notice.Notice{
			Kind: notice.VolunteerInvited, Person: who, Place: at, Cause: "volunteer/invitation/" + who.String() + "/" + today.Month().String(), Link: volunteerHref,
			Args: []notice.Arg{notice.Text(place.Name, "")},
		})
	})
}
