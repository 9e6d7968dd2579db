package points

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/kernel/money"
	"gongyi/internal/kernel/period"
	"gongyi/internal/module/charter"
	"gongyi/internal/platform/db"
)

// Refusals of an offset, in the order in which they are checked.
var (
	ErrBadManager   = fault.New(fault.Invalid, "points.bad_manager")
	ErrNoManager    = fault.New(fault.NotFound, "points.no_manager")
	ErrBadOffset    = fault.New(fault.Invalid, "points.bad_offset")
	ErrOverBill     = fault.New(fault.Conflict, "points.over_the_bill")
	ErrNoOffset     = fault.New(fault.NotFound, "points.no_offset")
	ErrAnswered     = fault.New(fault.Conflict, "points.answered_before")
	ErrInFile       = fault.New(fault.Conflict, "points.in_a_file")
	ErrNotInFile    = fault.New(fault.Conflict, "points.not_in_a_file")
	ErrNothingNew   = fault.New(fault.Conflict, "points.nothing_for_a_file")
	ErrNoFile       = fault.New(fault.NotFound, "points.no_file")
	ErrNotAnswered  = fault.New(fault.Conflict, "points.not_all_answered")
	ErrPaid         = fault.New(fault.Conflict, "points.file_paid")
	ErrNothingToPay = fault.New(fault.Conflict, "points.nothing_to_pay")
	ErrBadSlip      = fault.New(fault.Invalid, "points.bad_slip")
	ErrSlipUsed     = fault.New(fault.Conflict, "points.slip_used")
)

// Manager is a property manager, an organisation that takes points for fees.
type Manager struct {
	ID    id.ID
	Place id.ID // the part of the tree whose homes it manages
	Name  string
	Added time.Time
	Pay   Payee // in force
}

// Payee is the account on which a property manager is paid.
type Payee struct {
	Number  int64
	Bank    string
	Account string
	Holder  string
	By      string
	At      time.Time
}

// Verdicts of an offset.
type Answer string

// The answers. An offset without one waits: for a file, then for the property manager.
//
//	asked ─┬─ withdrawn by herself, before it stands in a file: the points come back
//	       └─ in a file ─┬─ accepted ── paid with its file
//	                     └─ refused: the points come back
const (
	Accepted  Answer = "accepted"
	Declined  Answer = "refused"
	Withdrawn Answer = "withdrawn"
)

// Offset is points that pay a part of a property bill (M-08).
type Offset struct {
	ID        id.ID
	Manager   id.ID
	Member    id.ID
	Reference string // eight digits, by which its line is found again
	Account   string // of the household with the property manager
	Door      string
	Month     period.Month // of the bill
	Bill      money.Amount // fen
	Points    money.Amount
	PerYuan   money.Amount
	Amount    money.Amount // fen: what the points stand for
	Seq       int64
	By        string
	At        time.Time

	File   id.ID // zero while it stands in none
	Line   int64
	Answer *OffsetAnswer // nil while it waits
}

// OffsetAnswer is what the property manager said, or herself.
type OffsetAnswer struct {
	Answer Answer
	Reason string
	Seq    int64 // of the entry that gave the points back, -1: none
	By     string
	At     time.Time
}

// OffsetFile is what a property manager takes along: offsets of a month.
type OffsetFile struct {
	ID      id.ID
	Manager id.ID
	Month   period.Month // in which it was made
	Number  int64        // of that month
	By      string
	At      time.Time
	Lines   []Offset
	Payment *OffsetPayment // nil while it is not paid
}

// OffsetPayment is how a file was paid to the property manager (M-10).
type OffsetPayment struct {
	Amount    money.Amount
	Means     charter.Means
	Reference string // number of the bank's slip
	Seq       int64
	By        string
	At        time.Time
}

// Accepted is what the property manager took of a file.
func (f *OffsetFile) Accepted() (sum money.Amount) {
	for i := range f.Lines {
		if a := f.Lines[i].Answer; a != nil && a.Answer == Accepted {
			sum += f.Lines[i].Amount
		}
	}
	return sum
}

// Open is how many lines of a file were not answered.
func (f *OffsetFile) Open() (n int) {
	for i := range f.Lines {
		if f.Lines[i].Answer == nil {
			n++
		}
	}
	return n
}

// AddManager adds a property manager with the account it is paid on.
func (s *Service) AddManager(ctx context.Context, tx *db.Tx, m Manager) (_ Manager, err error) {
	defer fault.Wrap(&err, "points: add a property manager")
	switch {
	case !line(m.Name, 2, 40):
		return m, ErrBadManager.On("name")
	case m.Place.IsZero():
		return m, ErrBadManager.On("place")
	}
	if err := m.Pay.validate(); err != nil {
		return m, err
	}
	m.ID, m.Added = tx.NewID(), tx.Now
	if _, err := tx.Exec(ctx, "INSERT INTO points_manager (community_id, id, place_id, name, added_by, added_at) VALUES (?, ?, ?, ?, ?, ?)",
		tx.Community[:], m.ID[:], m.Place[:], m.Name, tx.Actor.String(), tx.Now.UnixMicro()); err != nil {
		return m, err
	}
	m.Pay.Number = 1
	return m, insertPayee(ctx, tx, m.ID, &m.Pay)
}

func (p *Payee) validate() error {
	switch {
	case !line(p.Bank, 2, 40):
		return ErrBadManager.On("bank")
	case !line(p.Account, 4, 40):
		return ErrBadManager.On("bank_account")
	case !line(p.Holder, 2, 40):
		return ErrBadManager.On("holder")
	}
	return nil
}

// SetPayee changes the account on which a property manager is paid.
func (s *Service) SetPayee(ctx context.Context, tx *db.Tx, manager id.ID, p Payee) error {
	m, err := s.ManagerByID(ctx, tx, tx.Community, manager)
	if err != nil {
		return err
	}
	if err := p.validate(); err != nil {
		return err
	}
	p.Number = m.Pay.Number + 1
	return insertPayee(ctx, tx, manager, &p)
}

func insertPayee(ctx context.Context, tx *db.Tx, manager id.ID, p *Payee) error {
	p.By, p.At = tx.Actor.String(), tx.Now
	_, err := tx.Exec(ctx, "INSERT INTO points_manager_account (community_id, manager_id, number, bank, account, holder, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], manager[:], p.Number, p.Bank, p.Account, p.Holder, p.By, tx.Now.UnixMicro())
	return err
}

// OffsetOf finds what a form asked for before; nil if it is new.
func (s *Service) OffsetOf(ctx context.Context, tx *db.Tx, token [32]byte) (*Offset, error) {
	all, err := offsets(ctx, tx, tx.Community, "o.token = ?", token[:])
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// MayOffset refuses what cannot be asked for: whole yuan, and all offsets of a bill
// never more than the bill.
func (s *Service) MayOffset(ctx context.Context, tx *db.Tx, o *Offset) error {
	switch {
	case !line(o.Account, 2, 30):
		return ErrBadOffset.On("account")
	case !line(o.Door, 2, 60):
		return ErrBadOffset.On("door")
	case o.Month <= 0:
		return ErrBadOffset.On("month")
	case o.Bill < 1 || o.Bill > 10_000_00:
		return ErrBadOffset.On("bill")
	case o.Amount < 100 || o.Amount%100 != 0:
		return ErrBadOffset.On("yuan")
	}
	before, err := offsets(ctx, tx, tx.Community, "o.manager_id = ? AND o.bill_month = ? AND o.account = ?", o.Manager[:], int64(o.Month), o.Account)
	if err != nil {
		return err
	}
	left := o.Bill
	for i := range before {
		if a := before[i].Answer; a == nil || a.Answer == Accepted {
			left -= before[i].Amount
		}
	}
	if o.Amount > left {
		return ErrOverBill.On("yuan").With("left", max(0, left).Decimal(money.CNY))
	}
	return nil
}

// Ask notes an offset that MayOffset let pass and entry o.Seq booked; o.ID is the
// caller's.
func (s *Service) Ask(ctx context.Context, tx *db.Tx, o Offset, token [32]byte) (_ *Offset, err error) {
	defer fault.Wrap(&err, "points: offset")
	for range 20 {
		o.Reference = Digits(tx.NewSecret())
		taken, err := exists(ctx, tx, "SELECT 1 FROM points_offset WHERE community_id = ? AND reference = ?", tx.Community[:], o.Reference)
		if err != nil {
			return nil, err
		}
		if !taken {
			break
		}
		o.Reference = ""
	}
	if o.Reference == "" {
		return nil, fmt.Errorf("no reference is free")
	}
	o.By, o.At = tx.Actor.String(), tx.Now
	_, err = tx.Exec(ctx, `INSERT INTO points_offset (community_id, id, manager_id, member_id, reference, account, door, bill_month, bill, points, per_yuan, amount, token, seq, asked_by, asked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, tx.Community[:], o.ID[:], o.Manager[:], o.Member[:], o.Reference, o.Account, o.Door, int64(o.Month), int64(o.Bill),
		int64(o.Points), int64(o.PerYuan), int64(o.Amount), token[:], o.Seq, o.By, tx.Now.UnixMicro())
	return &o, err
}

// MakeFile closes a file of everything that waits for one.
func (s *Service) MakeFile(ctx context.Context, tx *db.Tx, manager id.ID, month period.Month) (f OffsetFile, err error) {
	defer fault.Wrap(&err, "points: make a file")
	waiting, err := s.Unfiled(ctx, tx, tx.Community, manager)
	if err != nil {
		return f, err
	}
	if len(waiting) == 0 {
		return f, ErrNothingNew
	}
	var last int64
	if err := db.One(ctx, tx, &last, "SELECT COALESCE(MAX(number), 0) FROM points_offset_file WHERE community_id = ? AND manager_id = ? AND month = ?", tx.Community[:], manager[:], int64(month)); err != nil {
		return f, err
	}
	f = OffsetFile{ID: tx.NewID(), Manager: manager, Month: month, Number: last + 1, By: tx.Actor.String(), At: tx.Now}
	if _, err := tx.Exec(ctx, "INSERT INTO points_offset_file (community_id, id, manager_id, month, number, made_by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], f.ID[:], manager[:], int64(month), f.Number, f.By, tx.Now.UnixMicro()); err != nil {
		return f, err
	}
	for i := range waiting {
		o := waiting[i]
		o.File, o.Line = f.ID, int64(i+1)
		if _, err := tx.Exec(ctx, "INSERT INTO points_offset_line (community_id, offset_id, file_id, line) VALUES (?, ?, ?, ?)", tx.Community[:], o.ID[:], f.ID[:], o.Line); err != nil {
			return f, err
		}
		f.Lines = append(f.Lines, o)
	}
	return f, nil
}

// MayAnswer refuses an answer that does not fit where an offset stands.
func (o *Offset) MayAnswer(a Answer, reason string) error {
	switch {
	case o.Answer != nil:
		return ErrAnswered
	case a == Withdrawn && !o.File.IsZero():
		return ErrInFile
	case a != Withdrawn && o.File.IsZero():
		return ErrNotInFile
	case a == Declined && strings.TrimSpace(reason) == "" || !text(reason, 0, 200):
		return ErrNoReason.On("reason")
	}
	return nil
}

// Respond notes the answer to an offset that MayAnswer let pass.
func (s *Service) Respond(ctx context.Context, tx *db.Tx, o *Offset, a OffsetAnswer) error {
	a.By, a.At = tx.Actor.String(), tx.Now
	o.Answer = &a
	_, err := tx.Exec(ctx, "INSERT INTO points_offset_answer (community_id, offset_id, verdict, reason, seq, answered_by, answered_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], o.ID[:], string(a.Answer), a.Reason, a.Seq, a.By, tx.Now.UnixMicro())
	return err
}

// MayPay refuses the payment of a file that is not ready for it.
func (s *Service) MayPay(ctx context.Context, tx *db.Tx, f *OffsetFile, p OffsetPayment) error {
	switch {
	case f.Payment != nil:
		return ErrPaid
	case f.Open() > 0:
		return ErrNotAnswered.With("open", f.Open())
	case f.Accepted() == 0:
		return ErrNothingToPay
	case !p.Means.Known():
		return ErrBadSlip.On("means")
	case !line(p.Reference, 2, 64):
		return ErrBadSlip.On("reference")
	}
	used, err := exists(ctx, tx, "SELECT 1 FROM points_offset_payment WHERE community_id = ? AND means = ? AND reference = ?", tx.Community[:], string(p.Means), p.Reference)
	if err == nil && used {
		err = ErrSlipUsed.On("reference")
	}
	return err
}

// Settle notes the payment of a file that MayPay let pass.
func (s *Service) Settle(ctx context.Context, tx *db.Tx, f *OffsetFile, p OffsetPayment) error {
	p.By, p.At = tx.Actor.String(), tx.Now
	f.Payment = &p
	_, err := tx.Exec(ctx, "INSERT INTO points_offset_payment (community_id, file_id, amount, means, reference, seq, paid_by, paid_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], f.ID[:], int64(p.Amount), string(p.Means), p.Reference, p.Seq, p.By, tx.Now.UnixMicro())
	return err
}
