from support import *
def test_way(office):
    c=office.published("关于养老补贴的通知")
    assert office.state(c) is State.PUBLISHED,(office.state(c),office.faults(c))
    print(office.tiers(c),office.channels(c),office.letters(),office.row(c).index_number)
    office.chain_holds()
def test_findings(office):
    c=office.reviewed(body=f"联系电话：{PHONE}。")
    print([ (f.id,f.finding.kind,f.finding.severity) for f in office.findings(c)])
    c=office.hand_in(body="机密★10年\n"+SECRET).case
    office.work(); print(office.state(c), office.letters())
    c=office.reviewed(attribute="不予公开",ground="R16a",reason="内部事务")
    office.sign(c,*SIGNERS); print(office.state(c),office.channels(c))
    c=office.reviewed(attribute="依申请公开")
    office.sign(c,*SIGNERS); print(office.state(c),office.channels(c))
