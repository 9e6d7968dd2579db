package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/ledger"
	"gongyi/internal/module/project"
	"gongyi/internal/platform/db"
)

// paperRecords are the certificates of hours of a community whose record in the log was not
// met yet. One that was forgotten with its holder has left its record behind.
type paperRecords map[id.ID]*certificate.Certificate

func (x *paperRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	all, err := p.flows.Certificates.All(ctx, r, p.community)
	*x = make(paperRecords, len(all))
	for _, c := range all {
		(*x)[c.ID] = c
	}
	return err
}

// certified compares a record of a certificate in the evidence with the certificate.
func (p *replayer) certified(e *ledger.Entry) {
	rest, ok := strings.CutPrefix(e.Key, certificatePrefix)
	if !ok || e.Kind != ledger.Record {
		return
	}
	at, err := id.Parse(rest)
	if err != nil {
		p.flaw(0, "certificate_differs", e.Seq, "", "", e.Key)
		return
	}
	c := p.papers[at]
	delete(p.papers, at)
	if c != nil && (c.Seq != e.Seq || !certifies(e, c)) {
		p.flaw(0, "certificate_differs", e.Seq, "", string(e.Facts), fmt.Sprintf("%x", c.Digest()))
	}
}

// certifies reports whether an entry of the log is a certificate's.
func certifies(e *ledger.Entry, c *certificate.Certificate) bool {
	var said HoursCertified
	return e.Kind == ledger.Record && json.Unmarshal(e.Facts, &said) == nil && said == certifiedOf(c)
}

// uncertified are certificates that no entry of the log knows.
func (p *replayer) uncertified() {
	for _, c := range p.papers {
		p.flaw(0, "certificate_differs", c.Seq, "", c.ID.String(), "")
	}
}

// projectPrefix begins the keys of what the log says of livelihood projects.
const projectPrefix = "~project:"

// projectRecords is what the log must say of the community's contracts, by the end of the
// key, as far as its entry was not met yet.
type projectRecords map[string]ProjectSaid

func (x *projectRecords) load(ctx context.Context, r db.Reader, p *replayer) error {
	all, err := p.flows.Projects.All(ctx, r, p.community)
	*x = make(projectRecords)
	for _, c := range all {
		for _, s := range c.Steps {
			switch s.What {
			case project.Agreed:
				(*x)[c.ID.String()+"/agreed"] = ProjectSaid{Contract: c.ID, What: s.What, Amount: c.Ceiling}
			case project.Accepted:
				(*x)[c.ID.String()+"/"+s.Month.String()] = ProjectSaid{Contract: c.ID, What: s.What, Month: s.Month.String(), Count: s.Count, Amount: s.Amount}
			}
		}
	}
	return err
}

// agreedTo compares a record of a project in the evidence with the contract.
func (p *replayer) agreedTo(e *ledger.Entry) {
	rest, ok := strings.CutPrefix(e.Key, projectPrefix)
	if !ok || e.Kind != ledger.Record {
		return
	}
	var said ProjectSaid
	want, known := p.projects[rest]
	delete(p.projects, rest)
	if !known || json.Unmarshal(e.Facts, &said) != nil || said != want {
		p.flaw(0, "project_differs", e.Seq, "", fmt.Sprint(want), string(e.Facts))
	}
}

// agreedToNowhere are steps of contracts that no entry of the log knows.
func (p *replayer) agreedToNowhere() {
	for _, key := range slices.Sorted(maps.Keys(p.projects)) {
		p.flaw(0, "project_differs", -1, "", fmt.Sprint(p.projects[key]), "")
	}
}
