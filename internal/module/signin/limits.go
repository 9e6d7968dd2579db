package signin

import "time"

// Limits bound how often codes are sent and guessed at.
type Limits struct {
	CodeLife time.Duration // how long a code counts
	Tries    int           // wrong tries of one code
	Resend   time.Duration // between two codes to one number

	PhoneHour, PhoneDay   int // codes to one number
	ClientHour, ClientDay int // codes asked for from one network address
	AllHour               int // codes sent by the whole house: what an attack may cost
	ClientMisses          int // wrong tries from one network address in an hour

	LockEvery int           // each that many wrong tries in a row lock a number
	LockFirst time.Duration // the first lock; each next one is four times as long
	LockMost  time.Duration
}

// DefaultLimits leave a guesser who attacks one number from the whole world fewer
// than a hundred tries a day at a million codes, and an office of neighbours behind
// one address room to sign in.
var DefaultLimits = Limits{
	CodeLife: 5 * time.Minute, Tries: 5, Resend: time.Minute,
	PhoneHour: 5, PhoneDay: 15, ClientHour: 30, ClientDay: 120, AllHour: 6000, ClientMisses: 60,
	LockEvery: 5, LockFirst: 5 * time.Minute, LockMost: 24 * time.Hour,
}

// lock is how long a number is locked after a count of wrong tries in a row.
func (l Limits) lock(misses int) time.Duration {
	if misses < l.LockEvery {
		return 0
	}
	d := l.LockFirst
	for range misses/l.LockEvery - 1 {
		if d *= 4; d >= l.LockMost {
			return l.LockMost
		}
	}
	return d
}

// How long a session lasts, whatever happens, and without being used. Noted is how
// exactly its last use is known.
const (
	longLife, longIdle     = 180 * 24 * time.Hour, 60 * 24 * time.Hour
	strongLife, strongIdle = 16 * time.Hour, 4 * time.Hour
	noted                  = time.Hour
)

const (
	visitLife   = 15 * time.Minute    // a way through sign-in
	keepCodes   = 48 * time.Hour      // codes and tries, for counting
	keepEnded   = 30 * 24 * time.Hour // sessions that are over
	maxSessions = 20                  // devices of a person at a time
	fresh       = 10 * time.Minute    // "has just signed in"
)
