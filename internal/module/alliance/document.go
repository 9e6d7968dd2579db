package alliance

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Refusals about documents, in the order in which they are checked.
var (
	ErrBadPaper   = fault.New(fault.Invalid, "alliance.bad_paper")
	ErrManyPapers = fault.New(fault.Conflict, "alliance.many_papers")
	ErrNoPaper    = fault.New(fault.NotFound, "alliance.no_paper")
)

// Paper is what a document of an application is.
type Paper string

// The papers.
const (
	Licence    Paper = "licence"  // 营业执照
	Permit     Paper = "permit"   // 行业许可
	Identity   Paper = "identity" // 店主身份证明
	Storefront Paper = "front"    // 门面照片
	OtherDoc   Paper = "other"
	VisitShot  Paper = "visit"    // taken at the visit
	Contract   Paper = "contract" // made by the house
)

// Papers lists those that an applicant hands in.
var Papers = []Paper{Licence, Permit, Identity, Storefront, OtherDoc}

// required are the papers without which nothing can be handed in.
var required = []Paper{Licence, Storefront}

// most is how many documents one application may have.
const most = 30

// Document is one file of an application.
type Document struct {
	ID          id.ID
	Application id.ID
	Paper       Paper
	Name        string   // as the applicant's device calls it
	File        id.ID    // of module attachment; gone when the document has ended
	SHA256      [32]byte // of the file
	At          time.Time
	By          id.ID
	Ended       time.Time // zero while it is there
}

// AddDocument notes a file of an application of tx's community.
func (s *Service) AddDocument(ctx context.Context, tx *db.Tx, d Document) (_ *Document, err error) {
	defer fault.Wrap(&err, "alliance: document of %s", d.Application)
	if !slices.Contains(Papers, d.Paper) && d.Paper != VisitShot && d.Paper != Contract || !plain(d.Name, 200) {
		return nil, ErrBadPaper.On("paper")
	}
	there, err := s.Documents(ctx, tx, tx.Community, d.Application)
	if err != nil {
		return nil, err
	}
	if len(there) >= most {
		return nil, ErrManyPapers.On("file").With("most", most)
	}
	d.ID, d.At, d.By = tx.NewID(), tx.Now, tx.Actor.ID
	_, err = tx.Exec(ctx, `INSERT INTO alliance_document (community_id, id, application_id, kind, name, file_id, sha256, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Community[:], d.ID[:], d.Application[:], string(d.Paper), d.Name, d.File[:], d.SHA256[:], tx.Now.UnixMicro(), tx.Actor.ID)
	return &d, err
}

// EndDocument notes that a document of tx's community is no more. The caller drops its
// file.
func (s *Service) EndDocument(ctx context.Context, tx *db.Tx, document id.ID, why string) error {
	_, err := tx.Exec(ctx, "INSERT INTO alliance_document_end (community_id, document_id, why, ended_at, ended_by) VALUES (?, ?, ?, ?, ?) ON CONFLICT (community_id, document_id) DO NOTHING",
		tx.Community[:], document[:], why, tx.Now.UnixMicro(), tx.Actor.ID)
	return err
}

// Documents lists the documents of an application that are there, the oldest first.
func (s *Service) Documents(ctx context.Context, r db.Reader, community, application id.ID) ([]*Document, error) {
	return documents(ctx, r, " AND d.application_id = ? AND e.ended_at IS NULL", community[:], application[:])
}

// DocumentByID finds a document that is there.
func (s *Service) DocumentByID(ctx context.Context, r db.Reader, community, document id.ID) (*Document, error) {
	all, err := documents(ctx, r, " AND d.id = ? AND e.ended_at IS NULL", community[:], document[:])
	if err == nil && len(all) == 0 {
		err = ErrNoPaper
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func documents(ctx context.Context, r db.Reader, where string, args ...any) (all []*Document, err error) {
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		d := &Document{}
		var at, ended int64
		var sum []byte
		if err := rows.Scan(&d.ID, &d.Application, &d.Paper, &d.Name, &d.File, &sum, &at, &d.By, &ended); err != nil {
			return err
		}
		copy(d.SHA256[:], sum)
		d.At, d.Ended = micros(at), micros(ended)
		all = append(all, d)
		return nil
	}, `SELECT d.id, d.application_id, d.kind, d.name, d.file_id, d.sha256, d.added_at, d.added_by, COALESCE(e.ended_at, 0)
		FROM alliance_document d LEFT JOIN alliance_document_end e ON e.community_id = d.community_id AND e.document_id = d.id
		WHERE d.community_id = ?`+where+" ORDER BY d.added_at, d.id", args...)
	return all, err
}

// HasPapers refuses an application that lacks a paper it cannot be handed in without.
func HasPapers(there []*Document) error {
	for _, p := range required {
		if !slices.ContainsFunc(there, func(d *Document) bool { return d.Paper == p }) {
			return ErrNoPapers.On("file")
		}
	}
	return nil
}

// ErrSignedOther refuses a signature under another text than the contract's, or by the
// same side again.
var (
	ErrNoContract  = fault.New(fault.NotFound, "alliance.no_contract")
	ErrSignedOther = fault.New(fault.Conflict, "alliance.other_text")
	ErrSigned      = fault.New(fault.Conflict, "alliance.signed")
	ErrSameHand    = fault.New(fault.Forbidden, "alliance.same_hand")
)

// Side is a side of a contract.
type Side string

// The sides.
const (
	ByOwner    Side = "owner"
	ByAlliance Side = "alliance" // the operator or the chair
)

// Agreement is the contract of an application, by the hash of its paper.
type Agreement struct {
	Application id.ID
	Seat        id.ID
	Document    id.ID
	SHA256      [32]byte
	Months      int // its term, from the day on which both have confirmed
	At          time.Time
	Signatures  []Signature
}

// Signature is one side's confirmation, with her own sign-in.
type Signature struct {
	Side   Side
	Person id.ID
	Role   string // in which she confirmed
	At     time.Time
}

// By is a side's signature, nil if it has not confirmed.
func (a *Agreement) By(side Side) *Signature {
	i := slices.IndexFunc(a.Signatures, func(s Signature) bool { return s.Side == side })
	if i < 0 {
		return nil
	}
	return &a.Signatures[i]
}

// Draw notes the contract of an application of tx's community.
func (s *Service) Draw(ctx context.Context, tx *db.Tx, a Agreement) error {
	_, err := tx.Exec(ctx, "INSERT INTO alliance_contract (community_id, application_id, seat_id, document_id, sha256, term_months, made_at, made_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], a.Application[:], a.Seat[:], a.Document[:], a.SHA256[:], a.Months, tx.Now.UnixMicro(), tx.Actor.ID)
	return err
}

// Sign confirms a contract of tx's community for a side: the very text that was shown,
// each side once, and never the same person for both.
func (s *Service) Sign(ctx context.Context, tx *db.Tx, application id.ID, side Side, role string, text [32]byte) (_ *Agreement, err error) {
	defer fault.Wrap(&err, "alliance: sign %s", application)
	a, err := s.AgreementOf(ctx, tx, tx.Community, application)
	switch {
	case err != nil:
		return nil, err
	case a.SHA256 != text:
		return a, ErrSignedOther
	case a.By(side) != nil:
		return a, ErrSigned
	case len(a.Signatures) > 0 && a.Signatures[0].Person == tx.Actor.ID:
		return a, ErrSameHand
	}
	a.Signatures = append(a.Signatures, Signature{side, tx.Actor.ID, role, tx.Now})
	_, err = tx.Exec(ctx, "INSERT INTO alliance_signature (community_id, application_id, side, person_id, role, sha256, signed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Community[:], application[:], string(side), tx.Actor.ID, role, text[:], tx.Now.UnixMicro())
	return a, err
}

// AgreementOf finds the contract of an application.
func (s *Service) AgreementOf(ctx context.Context, r db.Reader, community, application id.ID) (*Agreement, error) {
	var row struct {
		Seat     id.ID  `db:"seat_id"`
		Document id.ID  `db:"document_id"`
		Sum      []byte `db:"sha256"`
		Months   int    `db:"term_months"`
		At       int64  `db:"made_at"`
	}
	err := db.One(ctx, r, &row, "SELECT seat_id, document_id, sha256, term_months, made_at FROM alliance_contract WHERE community_id = ? AND application_id = ?", community[:], application[:])
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoContract
	}
	if err != nil {
		return nil, err
	}
	a := &Agreement{Application: application, Seat: row.Seat, Document: row.Document, Months: row.Months, At: micros(row.At)}
	copy(a.SHA256[:], row.Sum)
	err = db.Each(ctx, r, func(rows *sql.Rows) error {
		var x Signature
		var at int64
		if err := rows.Scan(&x.Side, &x.Person, &x.Role, &at); err != nil {
			return err
		}
		x.At = micros(at)
		a.Signatures = append(a.Signatures, x)
		return nil
	}, "SELECT side, person_id, role, signed_at FROM alliance_signature WHERE community_id = ? AND application_id = ? ORDER BY signed_at", community[:], application[:])
	return a, err
}
