// Package marketing keeps what the shops' annual fees are spent on (C2): joint
// marketing, recorded with its invoice by one person and approved by another, for
// every shop of the alliance to see.
package marketing

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/platform/db"
)

//go:embed schema/*.sql
var files embed.FS

var schemaFS, _ = fs.Sub(files, "schema")

// Schema are the tables of joint marketing.
var Schema = db.Schema{
	Owner: "module/marketing",
	Tables: []db.Table{
		{Name: "marketing_spending", Placement: db.Distributed}, {Name: "marketing_end", Placement: db.Distributed},
	},
	FS: schemaFS,
}

// Refusals, in the order in which the methods check them.
var (
	ErrNotFound    = fault.New(fault.NotFound, "marketing.not_found")
	ErrBadTitle    = fault.New(fault.Invalid, "marketing.bad_title")
	ErrBadWords    = fault.New(fault.Invalid, "marketing.bad_words")
	ErrBadSupplier = fault.New(fault.Invalid, "marketing.bad_supplier")
	ErrBadInvoice  = fault.New(fault.Invalid, "marketing.bad_invoice")
	ErrBadAmount   = fault.New(fault.Invalid, "marketing.bad_amount")
	ErrBadDay      = fault.New(fault.Invalid, "marketing.bad_day")
	ErrNoPicture   = fault.New(fault.Invalid, "marketing.no_picture")
	ErrInvoiceUsed = fault.New(fault.Conflict, "marketing.invoice_used")
	ErrSettled     = fault.New(fault.Conflict, "marketing.settled")
	ErrSamePerson  = fault.New(fault.Forbidden, "marketing.same_person")
	ErrTooLittle   = fault.New(fault.Conflict, "marketing.too_little_left")
)

// mostSpent bounds one spending, in fen.
const mostSpent = 10_000_000_00

// Spending is one use of the shops' money.
type Spending struct {
	ID       id.ID
	Title    string
	Words    string // what the shops got for it
	Supplier string
	Invoice  string // its number
	Picture  id.ID  // of the invoice, of module attachment
	Amount   money.Amount
	Day      period.Day
	By       id.ID
	At       time.Time

	End *End // nil while it waits
}

// End is how a spending was decided.
type End struct {
	Kind  string
	Words string
	Seq   int64 // the entry that booked it, −1 unless approved
	By    id.ID
	At    time.Time
}

// How a spending ends.
const (
	Approved  = "approved"
	Refused   = "refused"
	Withdrawn = "withdrawn"
)

// Validate refuses a spending that cannot be recorded; today bounds its day.
func (x *Spending) Validate(today period.Day) error {
	switch {
	case !between(x.Title, 2, 60):
		return ErrBadTitle.On("title")
	case !between(x.Words, 5, 500):
		return ErrBadWords.On("words")
	case !between(x.Supplier, 2, 60):
		return ErrBadSupplier.On("supplier")
	case !between(x.Invoice, 4, 40):
		return ErrBadInvoice.On("invoice")
	case x.Amount <= 0 || x.Amount > mostSpent:
		return ErrBadAmount.On("amount")
	case x.Day > today || x.Day < today-366:
		return ErrBadDay.On("day")
	case x.Picture.IsZero():
		return ErrNoPicture.On("picture")
	}
	return nil
}

func between(text string, least, most int) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(text))
	return n >= least && n <= most
}

// Service is the door to joint marketing. It remembers nothing; every tx belongs to
// the community.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Spendings lists what was recorded in a community, the newest first.
func (s *Service) Spendings(ctx context.Context, r db.Reader, community id.ID) ([]*Spending, error) {
	return read(ctx, r, " ORDER BY s.id DESC", community[:])
}

// Spending finds one.
func (s *Service) Spending(ctx context.Context, r db.Reader, community, at id.ID) (*Spending, error) {
	all, err := read(ctx, r, " AND s.id = ?", community[:], at[:])
	if err == nil && len(all) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func read(ctx context.Context, r db.Reader, where string, args ...any) (all []*Spending, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Spending
		var at int64
		var kind, words sql.NullString
		var seq, ended sql.NullInt64
		var by []byte
		if err := rows.Scan(&x.ID, &x.Title, &x.Words, &x.Supplier, &x.Invoice, &x.Picture, &x.Amount, &x.Day, &x.By, &at, &kind, &words, &seq, &by, &ended); err != nil {
			return err
		}
		if x.At = time.UnixMicro(at).UTC(); kind.Valid {
			x.End = &End{Kind: kind.String, Words: words.String, Seq: seq.Int64, At: time.UnixMicro(ended.Int64).UTC()}
			copy(x.End.By[:], by)
		}
		all = append(all, &x)
		return nil
	}, `SELECT s.id, s.title, s.words, s.supplier, s.invoice, s.picture_id, s.amount, s.day, s.recorded_by, s.recorded_at, e.kind, e.words, e.seq, e.ended_by, e.ended_at
		FROM marketing_spending s LEFT JOIN marketing_end e ON e.community_id = s.community_id AND e.spending_id = s.id WHERE s.community_id = ?`+where, args...)
	return all, err
}

// Record notes a spending with the picture of its invoice. An invoice is recorded once
// unless it was refused or withdrawn.
func (s *Service) Record(ctx context.Context, tx *db.Tx, x Spending, today period.Day) (_ *Spending, err error) {
	defer fault.Wrap(&err, "marketing: record")
	if err := x.Validate(today); err != nil {
		return nil, err
	}
	same, err := read(ctx, tx, " AND s.invoice = ? AND s.supplier = ?", tx.Community[:], x.Invoice, x.Supplier)
	if err != nil {
		return nil, err
	}
	for _, old := range same {
		if old.End == nil || old.End.Kind == Approved {
			return nil, ErrInvoiceUsed.On("invoice")
		}
	}
	x.ID, x.By, x.At, x.End = tx.NewID(), tx.Actor.ID, tx.Now, nil
	_, err = tx.Exec(ctx, "INSERT INTO marketing_spending (community_id, id, title, words, supplier, invoice, picture_id, amount, day, recorded_by, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], x.Title, x.Words, x.Supplier, x.Invoice, x.Picture[:], int64(x.Amount), int64(x.Day), x.By[:], tx.Now.UnixMicro())
	return &x, err
}

// May refuses an approval that cannot be: one by who recorded it, or of more than the
// shops have left.
func (x *Spending) May(approver id.ID, left money.Amount) error {
	switch {
	case x.End != nil:
		return ErrSettled
	case approver == x.By:
		return ErrSamePerson
	case left < x.Amount:
		return ErrTooLittle.With("left", left.Decimal(money.CNY))
	}
	return nil
}

// Approve notes that entry seq booked a spending that May allowed.
func (s *Service) Approve(ctx context.Context, tx *db.Tx, x *Spending, seq int64) error {
	return s.end(ctx, tx, x, End{Kind: Approved, Seq: seq})
}

// Drop ends a spending that is not booked: another person refuses it, or who recorded
// it withdraws it.
func (s *Service) Drop(ctx context.Context, tx *db.Tx, x *Spending, words string) error {
	switch {
	case x.End != nil:
		return ErrSettled
	case !between(words, 2, 500):
		return ErrBadWords.On("reason")
	}
	e := End{Kind: Refused, Words: words, Seq: -1}
	if tx.Actor.ID == x.By {
		e.Kind = Withdrawn
	}
	return s.end(ctx, tx, x, e)
}

func (s *Service) end(ctx context.Context, tx *db.Tx, x *Spending, e End) error {
	e.By, e.At = tx.Actor.ID, tx.Now
	x.End = &e
	_, err := tx.Exec(ctx, "INSERT INTO marketing_end (community_id, spending_id, kind, words, seq, ended_by, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], x.ID[:], e.Kind, e.Words, e.Seq, e.By[:], tx.Now.UnixMicro())
	return err
}
