/** 行话: one word for each value that the core names. */
export default {
  jobKind: {
    install: '安装', repair: '维修', move: '移机', remove: '拆机', clean: '清洗', maintenance: '保养', survey: '勘测',
    appraisal: '鉴定', exchange: '换机', trade_in: '收旧', unit_pickup: '拉修', unit_return: '送回',
  },
  appliance: {
    air_conditioner: '空调', storage_heater: '储水式热水器', instant_heater: '即热式电热水器', gas_heater: '燃气热水器',
    washing_machine: '洗衣机', refrigerator: '冰箱', range_hood: '油烟机', gas_stove: '燃气灶', television: '电视', other: '其他电器',
  },
  urgency: { class1: '一类急', class2: '二类急', normal: '普通' },
  coverage: { in_warranty: '保内', out_of_warranty: '保外', extended: '延保', to_be_appraised: '待鉴定' },
  node: {
    open: '待派单', accepted: '已接单', departed: '已出发', arrived: '已到达', card_shown: '已出示公示卡',
    safety_checked: '已测电', working: '服务中', finished: '已完工', cancelled: '已取消',
  },
  nodeShort: {
    open: '下单', accepted: '接单', departed: '出发', arrived: '到达', card_shown: '公示卡',
    safety_checked: '测电', working: '服务', finished: '完工', cancelled: '取消',
  },
  outcome: {
    completed: '修好完工', solved_by_phone: '电话解决', hazard_remaining: '修复·隐患未消除', needs_part: '等配件',
    taken_to_bench: '拉回台修', refused_unsafe: '不安全拒装', customer_absent: '用户不在家', goods_not_arrived: '货未到',
    given_up: '用户放弃', no_fault_found: '未发现故障', condemned: '判废',
  },
  phase: { before_work: '开工前', before_power: '通电前', trial: '试机' },
  failureClass: { a: 'A 类 · 房屋', b: 'B 类 · 电器', c: 'C 类 · 立即危险', warn: '提醒' },
  verdict: { pass: '合格', warn: '注意', fail: '不合格', not_applicable: '不适用', not_measured: '未测' },
  service: { test_power: '安全测电', explain: '讲解指导', maintain: '维护保养', check_all: '产品通检', clean_up: '现场清理' },
  serviceState: { missing: '未做', done: '已做', not_applicable: '不适用', not_wanted: '用户不需要' },
  stage: { nameplate: '铭牌', before: '修前', during: '过程', after: '修后', reading: '测量' },
  role: { owner: '网点老板', technician: '服务工程师', installer: '安装工程师', repairer: '板修' },
  deviceStatus: { active: '在用', lost: '已挂失' },
  syncState: { synced: '已同步', waiting: '待上传', working: '正在同步', offline: '离线', failed: '出错' },
  photoPlace: { on_device: '在本机', on_relay: '已到中继' },
  step: {
    depart: '出发', arrive: '到达', show_card: '出示公示卡', check_safety: '安全测电', fill_sheet: '填维修单',
    finish: '完工', nothing: '已完工',
  },
  field: { brand: '品牌', model: '型号', serial: '机号', symptom: '故障现象', fault: '故障', cause: '原因', action: '处理' },
  finding: {
    reading_failed: '测电不合格', rectified: '整改后合格', reading_missing: '缺测量', service_missing: '缺五项服务',
    photo_missing: '缺照片', field_missing: '缺必填项', late: '迟到', overrun: '超时', hazard_remaining: '隐患未消除',
    refused: '拒装', conflicting_values: '两处填写不一致',
  },
  blocker: {
    not_arrived: '还没点到达', card_not_shown: '公示卡还没出示', reading_missing: '还没测', reading_not_measured: '未测不算合格',
    reading_failed: '不合格，整改后重测', field_missing: '还没填', photo_missing: '还没拍', service_missing: '还没选',
  },
  action: {
    take_order: '下单', assign: '派单', depart: '出发', arrive: '到达', show_card: '出示公示卡', record_reading: '记测量值',
    write_field: '填维修单', use_part: '用配件', remove_part: '撤配件', answer_service: '记五项服务', add_photo: '拍照', finish: '完工',
  },
  shell: { field: '手机界面', desk: '电脑界面' },
  language: { zh: '中文', en: 'English' },
};
