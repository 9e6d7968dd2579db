package volunteer

import "gongyi/internal/kernel/fault"

// Refusals, in the order in which they are checked.
var (
	ErrNotFound    = fault.New(fault.NotFound, "volunteer.not_found")
	ErrThere       = fault.New(fault.Conflict, "volunteer.there_already")
	ErrStopped     = fault.New(fault.Conflict, "volunteer.stopped")
	ErrNotThen     = fault.New(fault.Conflict, "volunteer.not_in_this_state")
	ErrChanged     = fault.New(fault.Conflict, "volunteer.changed_meanwhile")
	ErrNoPerson    = fault.New(fault.Invalid, "volunteer.no_person")
	ErrBadPlace    = fault.New(fault.Invalid, "volunteer.bad_place")
	ErrBadRadius   = fault.New(fault.Invalid, "volunteer.bad_radius")
	ErrBadWindow   = fault.New(fault.Invalid, "volunteer.bad_window")
	ErrManyWindows = fault.New(fault.Invalid, "volunteer.many_windows")
	ErrBadLanguage = fault.New(fault.Invalid, "volunteer.bad_language")
	ErrBadLimit    = fault.New(fault.Invalid, "volunteer.bad_limit")
	ErrBadAbout    = fault.New(fault.Invalid, "volunteer.bad_about")
	ErrBadWords    = fault.New(fault.Invalid, "volunteer.bad_words")

	ErrBadSpan        = fault.New(fault.Invalid, "volunteer.bad_span")
	ErrManyExceptions = fault.New(fault.TooMany, "volunteer.many_exceptions")
	ErrNoException    = fault.New(fault.NotFound, "volunteer.no_exception")

	ErrBadSkill       = fault.New(fault.Invalid, "volunteer.bad_skill")
	ErrManySkills     = fault.New(fault.Invalid, "volunteer.many_skills")
	ErrNotHers        = fault.New(fault.Conflict, "volunteer.not_her_skill")
	ErrOwnVouch       = fault.New(fault.Forbidden, "volunteer.own_vouch")
	ErrNoVouch        = fault.New(fault.NotFound, "volunteer.no_vouch")
	ErrNoCertificate  = fault.New(fault.NotFound, "volunteer.no_certificate")
	ErrBadCertificate = fault.New(fault.Invalid, "volunteer.bad_certificate")
	ErrWaiting        = fault.New(fault.Conflict, "volunteer.certificate_waits")
	ErrJudged         = fault.New(fault.Conflict, "volunteer.judged")
	ErrOwnVerdict     = fault.New(fault.Forbidden, "volunteer.own_verdict")
	ErrBadProof       = fault.New(fault.Invalid, "volunteer.bad_proof")
	ErrBadUntil       = fault.New(fault.Invalid, "volunteer.bad_until")
	ErrNoProof        = fault.New(fault.NotFound, "volunteer.no_proof")

	ErrOffered   = fault.New(fault.Conflict, "volunteer.offered_already")
	ErrNoReserve = fault.New(fault.NotFound, "volunteer.no_reserve")
	ErrNotYours  = fault.New(fault.Forbidden, "volunteer.not_your_answer")
)
