package flow

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/certificate"
	"gongyi/internal/module/ledger"
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
