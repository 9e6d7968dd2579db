package app

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/ledger"
)

// errNoEntryText says that a text is no canonical entry.
var errNoEntryText = errors.New("app: not a canonical entry")

// entryKinds are the kinds that an entry can be of.
var entryKinds = []ledger.Kind{ledger.Purchase, ledger.Refund, ledger.HoldPlaced, ledger.HoldSpent, ledger.HoldEnded,
	ledger.Reversal, ledger.Record, ledger.Transfer}

// parseEntry reads the canonical text of an entry. There is one way only to write
// it: what Canonical would write differently is refused.
func parseEntry(text string) (*ledger.Entry, error) {
	p := entryText{lines: strings.Split(text, "\n")}
	e := &ledger.Entry{}
	p.must(p.next("") == "gongyi entry 1")
	var err error
	e.Community, err = id.Parse(p.next("community "))
	p.must(err == nil)
	e.Seq, err = strconv.ParseInt(p.next("entry "), 10, 64)
	p.must(err == nil)
	kind := p.next("kind ")
	for _, k := range entryKinds {
		if k.String() == kind {
			e.Kind = k
		}
	}
	e.PostedAt, err = time.Parse("2006-01-02T15:04:05.000000Z", p.next("posted "))
	p.must(err == nil)
	e.BookedOn, err = period.ParseDay(p.next("booked "))
	p.must(err == nil)
	for len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "leg ") && !p.bad {
		e.Legs = append(e.Legs, p.leg())
	}
	e.Facts, err = base64.StdEncoding.DecodeString(p.next("facts "))
	p.must(err == nil)
	seal, err := hex.DecodeString(p.next("sealed "))
	p.must(err == nil && len(seal) == 32)
	if p.bad || string(e.Canonical([32]byte(seal))) != text {
		return nil, errNoEntryText
	}
	return e, nil
}

// entryText is a canonical text while it is read. It remembers whether anything
// was wrong.
type entryText struct {
	lines []string
	bad   bool
}

func (p *entryText) must(ok bool) { p.bad = p.bad || !ok }

// next is the rest of the next line, which must begin so.
func (p *entryText) next(prefix string) string {
	if len(p.lines) == 0 {
		p.bad = true
		return ""
	}
	line, ok := strings.CutPrefix(p.lines[0], prefix)
	p.must(ok)
	p.lines = p.lines[1:]
	return line
}

// leg reads "S-01 CNY 12840 gateway/clearing merchant:…/payable".
func (p *entryText) leg() (l ledger.Leg) {
	f := strings.Split(p.next("leg "), " ")
	if len(f) != 5 {
		p.bad = true
		return l
	}
	var ok bool
	l.Rule, ok = ledger.ParseRule(f[0])
	p.must(ok)
	amount, err := strconv.ParseInt(f[2], 10, 64)
	p.must(err == nil && amount > 0)
	l.Amount = money.Amount(amount)
	l.From, err = ledger.ParseAccount(f[3], f[1])
	p.must(err == nil)
	l.To, err = ledger.ParseAccount(f[4], f[1])
	p.must(err == nil)
	return l
}
