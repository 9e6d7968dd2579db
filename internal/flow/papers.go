package flow

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/notice"
	"gongyi/internal/module/timebank"
	"gongyi/internal/platform/db"
)

// HoursCertified is what the log says of a certificate of hours: that a text with this
// digest was given. It names nobody (F8, L7).
type HoursCertified struct {
	Certificate id.ID  `json:"certificate"`
	Digest      string `json:"digest"` // SHA-256 of the text, hexadecimal
}

// certificatePrefix begins the keys of what the log says of certificates.
const certificatePrefix = "~certificate:"

// CertificateWish is what somebody wants a paper of.
type CertificateWish struct {
	Member      id.ID
	First, Last period.Day
	Naming      certificate.Naming
}

// IssueCertificate gives a volunteer a certificate of what she served on some days,
// counted from accepted services only; its digest enters the log in the same transaction.
// The same form again makes nothing; made is nil then.
//
// Refusals: certificate.ErrBadDays, ErrBadNaming, ErrDayMost, ErrNothing.
func (f *Flows) IssueCertificate(ctx context.Context, place id.ID, actor db.Actor, w CertificateWish, token string) (made *certificate.Certificate, err error) {
	defer fault.Wrap(&err, "issue a certificate")
	if !slices.Contains(certificate.Namings, w.Naming) {
		return nil, certificate.ErrBadNaming.On("naming")
	}
	of, err := f.Communities.ByID(ctx, f.DB, place)
	if err != nil {
		return nil, err
	}
	who, err := f.Householder(ctx, place, w.Member)
	if err != nil {
		return nil, err
	}
	name := ""
	if who.Person != nil {
		name = w.Naming.Of(who.Person.Name)
	}
	_, err = f.Once(ctx, place, actor, token, func(tx *db.Tx) error {
		today, v, err := f.onClock(ctx, tx)
		if err != nil {
			return err
		}
		if err := certificate.Validate(w.First, w.Last, today); err != nil {
			return err
		}
		zone, err := f.zone(&v.Params)
		if err != nil {
			return err
		}
		given, err := f.Certificates.GivenSince(ctx, tx, place, w.Member, today.Start(zone))
		if err != nil {
			return err
		}
		if most := v.Params.CertificateDayMost; given >= most {
			return certificate.ErrDayMost.With("most", most)
		}
		lines, err := f.servedBetween(ctx, tx, place, w.Member, w.First, w.Last, zone)
		if err != nil {
			return err
		}
		issuer := of.Name
		if issuer == "" {
			issuer = of.Ref
		}
		c, err := f.Certificates.Draw(ctx, tx, certificate.Certificate{Member: w.Member, Issuer: issuer, Name: name, First: w.First, Last: w.Last, Lines: lines})
		if err != nil {
			return err
		}
		if c.Seq, err = f.attestAt(ctx, tx, certificatePrefix+c.ID.String(), certifiedOf(c)); err != nil {
			return err
		}
		made = c
		return f.Certificates.Issue(ctx, tx, c)
	})
	return made, err
}

func certifiedOf(c *certificate.Certificate) HoursCertified {
	digest := c.Digest()
	return HoursCertified{Certificate: c.ID, Digest: hex.EncodeToString(digest[:])}
}

// counts reports whether a service is counted for its helper: a neighbour served, and it
// was accepted or settled with some minutes. What a shop's staff did for its shop is its
// work and no volunteering.
func counts(a *timebank.Assignment) bool {
	return a.Shop.IsZero() && (a.State() == timebank.Accepted || a.State() == timebank.Settled) && a.Minutes() > 0
}

// servedBetween are the services of a helper that count, by the day on which they began,
// both ends included, the earliest first.
func (f *Flows) servedBetween(ctx context.Context, r db.Reader, community, helper id.ID, first, last period.Day, zone *time.Location) (lines []certificate.Line, err error) {
	all, err := f.TimeBank.AssignmentsOf(ctx, r, community, helper, time.UnixMicro(0))
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a *timebank.Assignment) bool { return !counts(a) })
	which := make([]id.ID, len(all))
	for i, a := range all {
		which[i] = a.Request
	}
	requests, err := f.TimeBank.ByIDs(ctx, r, community, which)
	if err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(all) {
		q := requests[a.Request]
		if day := period.DayOf(q.From, zone); day >= first && day <= last {
			lines = append(lines, certificate.Line{Assignment: a.ID, Day: day, Name: q.Name, Minutes: a.Minutes(), Credited: q.Pay != timebank.OnRecord})
		}
	}
	slices.SortStableFunc(lines, func(a, b certificate.Line) int { return int(a.Day - b.Day) })
	return lines, nil
}

// CertificateCheck is what holds of a certificate now.
type CertificateCheck struct {
	*certificate.Certificate
	Changed []certificate.Line // services that do not count any more as they did
	Sealed  bool               // its digest is the one in the log
}

// Good reports whether it still counts.
func (c *CertificateCheck) Good() bool { return c.Revoked == nil && len(c.Changed) == 0 && c.Sealed }

// CheckCertificate asks the records and the log whether a certificate still holds: a
// service that was taken back later takes the certificate along.
func (f *Flows) CheckCertificate(ctx context.Context, place, at id.ID) (c CertificateCheck, err error) {
	defer fault.Wrap(&err, "check certificate %s", at)
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		one, err := f.Certificates.ByID(ctx, r, place, at)
		if err != nil {
			return err
		}
		all, err := f.checkCertificates(ctx, r, place, []*certificate.Certificate{one})
		if err == nil {
			c = all[0]
		}
		return err
	})
	return c, err
}

// CertificatesOf are a member's certificates, the newest first, and whether each still holds.
func (f *Flows) CertificatesOf(ctx context.Context, place, member id.ID) (all []CertificateCheck, err error) {
	defer fault.Wrap(&err, "check certificates")
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		given, err := f.Certificates.Of(ctx, r, place, member)
		if err == nil {
			all, err = f.checkCertificates(ctx, r, place, given)
		}
		return err
	})
	return all, err
}

// checkCertificates reads the services of all of them together: a page that everybody may
// open asks no more of the database because a certificate is long.
func (f *Flows) checkCertificates(ctx context.Context, r db.Reader, place id.ID, given []*certificate.Certificate) ([]CertificateCheck, error) {
	var which []id.ID
	for _, c := range given {
		for i := range c.Lines {
			which = append(which, c.Lines[i].Assignment)
		}
	}
	served, err := f.TimeBank.AssignmentsByIDs(ctx, r, place, which)
	if err != nil {
		return nil, err
	}
	all := make([]CertificateCheck, len(given))
	for n, c := range given {
		all[n].Certificate = c
		for _, l := range c.Lines {
			if a := served[l.Assignment]; a == nil || !counts(a) || a.Minutes() != l.Minutes {
				all[n].Changed = append(all[n].Changed, l)
			}
		}
		e, err := f.Ledger.Entry(ctx, r, place, c.Seq)
		if err != nil {
			return nil, err
		}
		all[n].Sealed = certifies(e, c)
	}
	return all, nil
}

// CertificateRecord is the entry of the log that holds a certificate's digest.
func (f *Flows) CertificateRecord(ctx context.Context, place, at id.ID) (c *certificate.Certificate, s ledger.Sealed, err error) {
	defer fault.Wrap(&err, "record of certificate %s", at)
	err = f.DB.View(ctx, place, func(r db.Reader) error {
		if c, err = f.Certificates.ByID(ctx, r, place, at); err == nil {
			s, err = f.sealed(ctx, r, place, c.Seq)
		}
		return err
	})
	return c, s, err
}

// RevokeCertificate says why a certificate counts no more, and tells its holder.
func (f *Flows) RevokeCertificate(ctx context.Context, place id.ID, actor db.Actor, at id.ID, words string) (err error) {
	defer fault.Wrap(&err, "revoke a certificate")
	return f.DB.Update(ctx, place, actor, func(tx *db.Tx) error {
		c, err := f.Certificates.ByID(ctx, tx, place, at)
		if err != nil {
			return err
		}
		if err := f.Certificates.Revoke(ctx, tx, at, words); err != nil {
			return err
		}
		return f.tellMember(ctx, tx, c.Member, notice.Notice{Kind: notice.CertificateRevoked, Cause: "certificate/" + at.String() + "/revoked", Link: "/me/hours/papers",
			Args: []notice.Arg{notice.Count(int64(c.Number)), notice.Text(words, "")}})
	})
}

// UndoHelp takes back a service that was accepted and turns out not to have been done as
// it was noted: what the helper got goes back (T-02R, T-04R), the time counts no more, and
// certificates that name it do not hold any more. Records may not be forged (Volunteer
// Service Regulations art. 19).
//
// Refusals: ErrOwnMatter, timebank.ErrNoWay, timebank.ErrNoReason.
func (f *Flows) UndoHelp(ctx context.Context, place id.ID, actor db.Actor, assignment id.ID, words string) (err error) {
	defer fault.Wrap(&err, "take a service back")
	if err := f.concerned(ctx, place, actor, assignment); err != nil {
		return err
	}
	return f.onTask(ctx, place, actor, id.ID{}, assignment, func(tx *db.Tx, q *timebank.Request, a *timebank.Assignment) error {
		if err := f.TimeBank.Step(ctx, tx, a, timebank.Step{State: timebank.Undone, Words: words, Near: -1}); err != nil {
			return err
		}
		earned, err := f.Coins.EarnedFor(ctx, tx, place, a.ID)
		if err != nil {
			return err
		}
		if earned != nil {
			if _, err := f.reverseService(ctx, tx, a.ID, 0); err != nil {
				return err
			}
		}
		told := notice.Notice{Kind: notice.ServiceUndone, Cause: helpCause(a.ID) + "/undone", Link: taskPath(place, a.ID), Args: []notice.Arg{notice.Text(q.Name, ""), notice.Text(words, "")}}
		if err := f.tellMember(ctx, tx, a.Helper, told); err != nil {
			return err
		}
		told.Link = helpPath(place, q.ID)
		return f.tellMember(ctx, tx, q.Asker, told)
	})
}
