// Package certificate keeps the certificates of hours 服务时长证明 that a community gives
// its volunteers: whom, for which days, which services it counts, and that it counts no
// more (F8; Volunteer Service Regulations art. 19: truthful, from the records, free).
//
// What was given never changes: its text is hashed into the evidence log when it is given,
// so that who holds the paper can show that the community said so then. Whether it still
// counts is asked of the records anew each time.
package certificate

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of certificates.
var Schema = db.Schema{
	Owner: "module/certificate",
	Tables: []db.Table{
		{Name: "certificate", Placement: db.Distributed}, {Name: "certificate_line", Placement: db.Distributed}, {Name: "certificate_revocation", Placement: db.Distributed}, {Name: "certificate_counter", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrNotFound  = fault.New(fault.NotFound, "certificate.not_found")
	ErrBadDays   = fault.New(fault.Invalid, "certificate.bad_days") // details: years
	ErrBadNaming = fault.New(fault.Invalid, "certificate.bad_naming")
	ErrDayMost   = fault.New(fault.Conflict, "certificate.day_most") // details: most
	ErrNothing   = fault.New(fault.Conflict, "certificate.nothing_to_certify")
	ErrNoReason  = fault.New(fault.Invalid, "certificate.no_reason") // details: most
	ErrRevoked   = fault.New(fault.Conflict, "certificate.revoked")
)

// YearsMost is how many years one certificate spans at most; reasonMost how many
// characters say why it was revoked.
const (
	YearsMost  = 10
	reasonMost = 200
)

// Naming says how the holder is called on the paper and on the page that checks it: she
// chooses (A7).
type Naming string

// The namings.
const (
	InFull    Naming = "full"
	Masked    Naming = "masked" // 王＊＊
	Anonymous Naming = "none"   // who shows it says who she is
)

// Namings lists them, in the order in which people read them.
var Namings = []Naming{Masked, InFull, Anonymous}

// Of is a name as it is shown.
func (n Naming) Of(name string) string {
	switch n {
	case InFull:
		return name
	case Masked:
		first, size := utf8.DecodeRuneInString(name)
		if size == 0 {
			return ""
		}
		return string(first) + strings.Repeat("＊", max(1, min(utf8.RuneCountInString(name)-1, 2)))
	}
	return ""
}

// Line is one service that counts.
type Line struct {
	Assignment id.ID
	Day        period.Day
	Name       string // of the kind of service
	Minutes    int
	Credited   bool // it earned service hours; else the time stands on record alone (F12)
}

// Certificate is what was given.
type Certificate struct {
	Community   id.ID
	ID          id.ID
	Number      int
	Member      id.ID
	Issuer      string
	Name        string // "" if she is not named
	First, Last period.Day
	Lines       []Line
	Seq         int64 // entry of the log that holds its digest
	At          time.Time
	By          id.ID
	Revoked     *Revocation // nil while nobody revoked it
}

// Revocation is why it counts no more.
type Revocation struct {
	Words string
	At    time.Time
	By    id.ID
}

// Validate refuses days for which nothing can be certified: none, to come, or too many.
func Validate(first, last, today period.Day) error {
	if first <= 0 || last < first || last > today || last > first.Plus(12*YearsMost) {
		return ErrBadDays.On("last").With("years", YearsMost)
	}
	return nil
}

// Minutes are those of all its services.
func (c *Certificate) Minutes() (sum int) {
	for _, l := range c.Lines {
		sum += l.Minutes
	}
	return sum
}

// Credited are the minutes that earned service hours; the others stand on record alone.
func (c *Certificate) Credited() (sum int) {
	for _, l := range c.Lines {
		if l.Credited {
			sum += l.Minutes
		}
	}
	return sum
}

// Kind is what a certificate says of one kind of service.
type Kind struct {
	Name    string
	Times   int
	Minutes int
}

// ByKind sums lines by kind, the longest first.
func ByKind(lines []Line) (kinds []Kind) {
	for _, l := range lines {
		i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == l.Name })
		if i < 0 {
			i = len(kinds)
			kinds = append(kinds, Kind{Name: l.Name})
		}
		kinds[i].Times++
		kinds[i].Minutes += l.Minutes
	}
	slices.SortStableFunc(kinds, func(a, b Kind) int { return b.Minutes - a.Minutes })
	return kinds
}

// Serial is its number as people read it: the community, and how manieth it is there.
func (c *Certificate) Serial(community string) string {
	return fmt.Sprintf("%s-%05d", community, c.Number)
}

// Text is what the certificate says, sealed by its digest. Its id is random, so that the
// digest tells nothing to who does not hold the text.
//
// Format "gongyi hours 1": a line each for number, issuer, name, days and minutes, then a
// line a service. `internal/witness` reads it without a line of ours.
func (c *Certificate) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "gongyi hours 1\ncertificate %s\ncommunity %s\nnumber %d\nissuer %s\nname %s\nfrom %s\nto %s\nminutes %d\n",
		c.ID, c.Community, c.Number, c.Issuer, c.Name, c.First, c.Last, c.Minutes())
	for _, l := range c.Lines {
		how := "record"
		if l.Credited {
			how = "credited"
		}
		fmt.Fprintf(&b, "service %s %s %d %s %s\n", l.Assignment, l.Day, l.Minutes, how, l.Name)
	}
	return b.String()
}

// Digest is the hash of its text.
func (c *Certificate) Digest() [32]byte { return sha256.Sum256([]byte(c.Text())) }
