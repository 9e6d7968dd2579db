package flow_test

import (
	"testing"

	"gongyi/internal/kernel/id"
	"gongyi/internal/module/growth"
	"gongyi/internal/module/policy"
	"gongyi/internal/platform/db"
)

// TestACaseIsHeardAndAppealed is L-11.
func TestACaseIsHeardAndAppealed(t *testing.T) {
	onStreet(t, func(s *street) {
		s.leads("anna", "", 3)
		third := db.Actor{Kind: "person", ID: id.ID{0xde, 3}}
		anna := s.member("anna").ID
		open := func() *growth.Case {
			t.Helper()
			c, err := s.AccuseLeader(ctx, s.home, desk, s.held("anna", policy.Gold).ID, "有邻居说，她要求组员每月买满 200 元")
			s.must(err)
			return c
		}
		c := open()
		_, err := s.AccuseLeader(ctx, s.home, desk, s.held("anna", policy.Gold).ID, "又一件")
		wrong(t, "two cases at once", err, growth.ErrSettled)
		wrong(t, "before she was heard", s.DecideCase(ctx, s.home, other, c.ID, true, "查实"), growth.ErrTooSoon)
		wrong(t, "somebody else speaks", s.AnswerCase(ctx, s.home, other, s.member("n1").ID, c.ID, "不是的"), growth.ErrNotFound)
		s.must(s.AnswerCase(ctx, s.home, other, anna, c.ID, "没有要求过，只是转发了优惠"))
		wrong(t, "who accused decides", s.DecideCase(ctx, s.home, desk, c.ID, true, "查实"), growth.ErrSamePerson)
		s.must(s.DecideCase(ctx, s.home, other, c.ID, true, "有聊天记录"))
		if s.member("anna").Level != policy.Gold {
			t.Error("she lost it before the appeal")
		}
		s.must(s.AnswerCase(ctx, s.home, other, anna, c.ID, "记录只有半句，请看全文"))
		wrong(t, "the same person decides again", s.DecideCase(ctx, s.home, other, c.ID, true, "还是"), growth.ErrSamePerson)
		s.must(s.DecideCase(ctx, s.home, third, c.ID, false, "看了全文，没有要求"))
		if s.sweep(); s.member("anna").Level != policy.Gold {
			t.Error("the appeal was lifted and she lost it")
		}
		c = open()
		s.months(1)
		s.must(s.DecideCase(ctx, s.home, other, c.ID, true, "这次有三位组员作证")) // she said nothing in her time
		wrong(t, "decided twice", s.DecideCase(ctx, s.home, third, c.ID, false, "算了"), growth.ErrSettled)
		s.months(1)
		wrong(t, "too late", s.AnswerCase(ctx, s.home, other, anna, c.ID, "再看看"), growth.ErrAppealOver)
		if s.sweep(); s.member("anna").Level != policy.Silver || !s.member("n1").Leader.IsZero() {
			t.Error("the time to appeal is over and she leads still")
		}
	})
}

// TestNobodyAppointsHerself is L-03: an operator who is a member too.
func TestNobodyAppointsHerself(t *testing.T) {
	onStreet(t, func(s *street) {
		s.newcomer("anna", "")
		s.neighbours("anna", 3)
		s.must(s.DB.Update(ctx, id.Tilde, db.System, func(tx *db.Tx) error { return s.People.Link(ctx, tx, desk.ID, "anna", s.home) }))
		s.sweep()
		c := s.accept("anna")
		_, err := s.AppointLevel(ctx, s.home, desk, c.ID, "我自己")
		wrong(t, "herself", err, growth.ErrOwn)
		_, err = s.AppointLevel(ctx, s.home, other, c.ID, "同事任命")
		s.must(err)
	})
}
