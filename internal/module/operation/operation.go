// Package operation keeps who runs the platform in a community: what kind of body it
// is, its charter, its core team with their terms, and the papers of its founding, all
// for everybody to read (A9). Nothing is overwritten: a change is a new version beside
// the earlier ones.
package operation

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/period"
	"gongyi/internal/kernel/text"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/i18n"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of operating bodies.
var Schema = db.Schema{
	Owner: "module/operation",
	Tables: []db.Table{
		{Name: "operation_body", Placement: db.Distributed}, {Name: "operation_person", Placement: db.Distributed}, {Name: "operation_person_end", Placement: db.Distributed},
		{Name: "operation_document", Placement: db.Distributed}, {Name: "operation_document_off", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which they are checked.
var (
	ErrBadKind    = fault.New(fault.Invalid, "operation.bad_kind")
	ErrBadName    = fault.New(fault.Invalid, "operation.bad_name")
	ErrBadNumber  = fault.New(fault.Invalid, "operation.bad_number")
	ErrBadCharter = fault.New(fault.Invalid, "operation.bad_charter")
	ErrBadContact = fault.New(fault.Invalid, "operation.bad_contact")
	ErrSame       = fault.New(fault.Conflict, "operation.nothing_new")
	ErrBadDuty    = fault.New(fault.Invalid, "operation.bad_duty")
	ErrBadTerm    = fault.New(fault.Invalid, "operation.bad_term")
	ErrNoPerson   = fault.New(fault.NotFound, "operation.no_person")
	ErrEnded      = fault.New(fault.Conflict, "operation.ended")
	ErrBadTitle   = fault.New(fault.Invalid, "operation.bad_title")
	ErrNoPaper    = fault.New(fault.NotFound, "operation.no_document")
	ErrNoWords    = fault.New(fault.Invalid, "operation.no_words")
)

// Kind is what sort of body it is (S0).
type Kind string

// The kinds.
const (
	StateCompany Kind = "state_company" // 国有平台公司
	Professional Kind = "professional"  // 专业运营商
	Foundation   Kind = "foundation"    // 社区基金会
)

// Kinds lists them.
var Kinds = []Kind{StateCompany, Professional, Foundation}

// KindName is what people call a kind.
func KindName(k Kind) i18n.Message {
	switch k {
	case StateCompany:
		return i18n.M("国有平台公司")
	case Professional:
		return i18n.M("专业运营机构")
	}
	return i18n.M("社区基金会")
}

// Body is one version of who runs the platform.
type Body struct {
	ID         id.ID
	Kind       Kind
	Name       string
	Registered string // number under which it is registered, "" if not given
	Charter    string
	Contact    string
	At         time.Time
	By         id.ID
}

func (b *Body) validate() error {
	switch {
	case !slices.Contains(Kinds, b.Kind):
		return ErrBadKind.On("kind")
	case !text.Line(b.Name, 60):
		return ErrBadName.On("name")
	case !text.ShortLine(b.Registered, 40):
		return ErrBadNumber.On("registered")
	case !text.Prose(b.Charter, 8_000):
		return ErrBadCharter.On("charter")
	case !text.Line(b.Contact, 100):
		return ErrBadContact.On("contact")
	}
	return nil
}

func (b *Body) says(o *Body) bool {
	return b.Kind == o.Kind && b.Name == o.Name && b.Registered == o.Registered && b.Charter == o.Charter && b.Contact == o.Contact
}

// Person is one of the core team.
type Person struct {
	ID    id.ID
	Name  string // as the public reads it, with her consent
	Duty  string
	From  period.Day
	Until period.Day // None: without a term
}

// None stands for the last day of a term that has none.
const None period.Day = -1

// Holds reports whether she has her duty on a day.
func (p *Person) Holds(on period.Day) bool {
	return p.From <= on && (p.Until == None || on <= p.Until)
}

// Document is a paper of the founding; its file says its hash.
type Document struct {
	ID    id.ID
	Title string
	File  id.ID // of module attachment
	At    time.Time
}

// Service is the door to operating bodies.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Declare declares who runs the platform from now on.
func (s *Service) Declare(ctx context.Context, tx *db.Tx, b Body) (err error) {
	defer fault.Wrap(&err, "operation: declare")
	if err := b.validate(); err != nil {
		return err
	}
	all, err := s.Versions(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if len(all) > 0 && all[0].says(&b) {
		return ErrSame
	}
	b.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO operation_body (community_id, id, kind, name, registered, charter, contact, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], b.ID[:], string(b.Kind), b.Name, b.Registered, b.Charter, b.Contact, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Versions are all that was declared, the latest first.
func (s *Service) Versions(ctx context.Context, r db.Reader, community id.ID) (all []Body, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var b Body
		var at int64
		if err := rows.Scan(&b.ID, &b.Kind, &b.Name, &b.Registered, &b.Charter, &b.Contact, &at, &b.By); err != nil {
			return err
		}
		b.At = time.UnixMicro(at).UTC()
		all = append(all, b)
		return nil
	}, "SELECT id, kind, name, registered, charter, contact, made_at, made_by FROM operation_body WHERE community_id = ? ORDER BY made_at DESC, id DESC", community[:])
	return all, err
}

// Seat notes a person of the core team; the same again is the same.
func (s *Service) Seat(ctx context.Context, tx *db.Tx, p Person) (err error) {
	defer fault.Wrap(&err, "operation: seat")
	switch {
	case !text.Line(p.Name, 20):
		return ErrBadName.On("person")
	case !text.Line(p.Duty, 40):
		return ErrBadDuty.On("duty")
	case p.From <= 0 || p.Until != None && p.Until < p.From:
		return ErrBadTerm.On("until")
	}
	team, err := s.Team(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(team, func(o Person) bool { return o.Name == p.Name && o.Duty == p.Duty && o.From == p.From }) {
		return nil
	}
	p.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO operation_person (community_id, id, name, duty, from_day, until_day, noted_at, noted_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], p.ID[:], p.Name, p.Duty, int64(p.From), int64(p.Until), tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Unseat ends a person's duty on a day.
func (s *Service) Unseat(ctx context.Context, tx *db.Tx, person id.ID, last period.Day) (err error) {
	defer fault.Wrap(&err, "operation: unseat")
	team, err := s.Team(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(team, func(p Person) bool { return p.ID == person })
	if i < 0 {
		return ErrNoPerson
	}
	if !team[i].Holds(last) {
		return ErrEnded
	}
	n, err := tx.Exec(ctx, `INSERT INTO operation_person_end (community_id, person_id, last_day, ended_at, ended_by) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (community_id, person_id) DO NOTHING`, tx.Community[:], person[:], int64(last), tx.Now.UnixMicro(), tx.Actor.ID[:])
	if err == nil && n == 0 {
		err = ErrEnded
	}
	return err
}

// Team are all who ever were in the core team, in the order in which they came.
func (s *Service) Team(ctx context.Context, r db.Reader, community id.ID) (all []Person, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var p Person
		var from, until int64
		var last *int64
		if err := rows.Scan(&p.ID, &p.Name, &p.Duty, &from, &until, &last); err != nil {
			return err
		}
		p.From, p.Until = period.Day(from), period.Day(until)
		if last != nil && (p.Until == None || period.Day(*last) < p.Until) {
			p.Until = period.Day(*last)
		}
		all = append(all, p)
		return nil
	}, `SELECT p.id, p.name, p.duty, p.from_day, p.until_day, e.last_day FROM operation_person p
		LEFT JOIN operation_person_end e ON e.community_id = p.community_id AND e.person_id = p.id WHERE p.community_id = ? ORDER BY p.from_day, p.noted_at, p.id`, community[:])
	return all, err
}

// File notes a paper of the founding.
func (s *Service) File(ctx context.Context, tx *db.Tx, d Document) (err error) {
	defer fault.Wrap(&err, "operation: file")
	if !text.Line(d.Title, 60) {
		return ErrBadTitle.On("document_title")
	}
	d.ID = tx.NewID()
	_, err = tx.Exec(ctx, "INSERT INTO operation_document (community_id, id, title, file_id, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], d.ID[:], d.Title, d.File[:], tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Unfile takes a paper off the page, with words; the file is kept.
func (s *Service) Unfile(ctx context.Context, tx *db.Tx, document id.ID, words string) (err error) {
	defer fault.Wrap(&err, "operation: unfile")
	if !text.Line(words, 200) {
		return ErrNoWords.On("words")
	}
	all, err := s.Documents(ctx, tx, tx.Community)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(d Document) bool { return d.ID == document }) {
		return ErrNoPaper
	}
	_, err = tx.Exec(ctx, "INSERT INTO operation_document_off (community_id, document_id, words, off_at, off_by) VALUES (?, ?, ?, ?, ?)",
		tx.Community[:], document[:], words, tx.Now.UnixMicro(), tx.Actor.ID[:])
	return err
}

// Documents are the papers on the page, in the order in which they came.
func (s *Service) Documents(ctx context.Context, r db.Reader, community id.ID) (all []Document, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var d Document
		var at int64
		if err := rows.Scan(&d.ID, &d.Title, &d.File, &at); err != nil {
			return err
		}
		d.At = time.UnixMicro(at).UTC()
		all = append(all, d)
		return nil
	}, `SELECT d.id, d.title, d.file_id, d.added_at FROM operation_document d
		LEFT JOIN operation_document_off o ON o.community_id = d.community_id AND o.document_id = d.id
		WHERE d.community_id = ? AND o.off_at IS NULL ORDER BY d.added_at, d.id`, community[:])
	return all, err
}
