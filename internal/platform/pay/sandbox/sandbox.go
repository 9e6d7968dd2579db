// Package sandbox is a payment provider for practice: it speaks the HTTP protocol of
// WeChat Pay v3, with signatures both ways, encrypted call-backs and bill files, and
// keeps to the provider's limits (D6). No money moves. It shares no code with the
// client, so that neither hides the other's mistakes.
//
// A test or a demo can make it answer late, lose an answer to what it carried out, tell
// a thing twice or never, keep a wrong clock, and write a bill that is not right.
package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"gongyi/internal/kernel/money"
	"gongyi/internal/platform/clock"
	"gongyi/internal/platform/pay"
)

// Shop is a shop's account with the provider.
type Shop struct {
	Number  string // sub-merchant number
	Name    string // under which it is registered; "" is any
	Covered bool   // its sales in the app are frozen until their pickup is reported
}

// Options set a sandbox up.
type Options struct {
	Clock  clock.Clock // nil: the machine's
	Random io.Reader   // nil: the machine's; for its keys and codes

	Fee   money.Rate // of a payment, rounded half up; 0 is DefaultFee, below 0 none
	Shops []Shop
	// AnyShop opens an account for every well-formed number that a payment names.
	AnyShop bool
	// Covered freezes sales in the app of every such shop until their pickup is reported.
	Covered bool
	// Accept makes people accept transfers themselves.
	Accept bool

	Page func() string     // address under which a payer's page lies: a code is that + its word; nil is PagePath
	Send http.RoundTripper // by which call-backs leave; nil: the network
	// Tell hears of what was ordered through Direct, instead of a call-back.
	Tell func(ctx context.Context, m pay.Message) error

	Journal string // a file that keeps what happened; "" forgets at the end
}

// PagePath is where a payer's page lies in the program's own web.
const PagePath = "/sandbox/pay/"

// DefaultFee is 0.6 per cent.
const DefaultFee money.Rate = 6_000

// Times of the sandbox.
const (
	payable     = 2 * time.Hour // a code, unless its order says otherwise
	acceptable  = 24 * time.Hour
	billsFrom   = 9 * time.Hour // after midnight, a bill is made
	refundYears = 1
)

// china is the zone of the provider's days.
var china = time.FixedZone("CST", 8*60*60)

// Server is the sandbox. It is an http.Handler.
type Server struct {
	o      Options
	clock  clock.Clock
	fee    money.Rate
	routes *http.ServeMux

	mu      sync.Mutex
	keys    credentials
	faults  Faults
	fates   []Fate
	journal *journal
	bank    bank
	tokens  int // access tokens of the app given out
}

// New opens a sandbox, with what its journal remembers.
func New(o Options) (*Server, error) {
	s := &Server{o: o, clock: o.Clock, fee: o.Fee}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.o.Random == nil {
		s.o.Random = rand.Reader
	}
	if s.o.Page == nil {
		s.o.Page = func() string { return PagePath }
	}
	switch {
	case o.Fee == 0:
		s.fee = DefaultFee
	case o.Fee < 0:
		s.fee = 0
	}
	s.bank = newBank(s)
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	for _, shop := range o.Shops {
		s.bank.register(shop)
	}
	s.routes = s.mux()
	return s, nil
}

// Close closes the journal.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal.close()
}

// Register opens a shop's account, or renames it.
func (s *Server) Register(shop Shop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bank.register(shop)
}

// do carries out one act, now, and writes it down.
func (s *Server) do(a act) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.At = s.clock.Now()
	return s.perform(a)
}

// perform carries out an act with the lock held.
func (s *Server) perform(a act) (any, error) {
	result, changed, err := s.bank.perform(a)
	if err == nil && changed {
		err = s.journal.write(a)
	}
	return result, err
}

// code is a word nobody guesses, the same for the same number of the same sandbox.
func (s *Server) code(kind string, n int64) string {
	m := hmac.New(sha256.New, s.keys.seed[:])
	_, _ = io.WriteString(m, kind)
	_ = binary.Write(m, binary.BigEndian, n)
	return hex.EncodeToString(m.Sum(nil)[:16])
}
