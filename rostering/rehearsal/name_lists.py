"""The names that synthetic people carry, commonest first in each list; ``_`` stands for a blank."""

from typing import NamedTuple


class NameList(NamedTuple):
    """Names of one origin. ``share`` is per mille of all people; ``race`` is Clever's code (clever.md §5.11)."""

    share: int
    race: str
    language: str
    girls: str
    boys: str
    surnames: str


US_SURNAMES = """
Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Thompson White
Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Hall Campbell Mitchell
Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson
Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray James Hughes Price Myers Long Foster
Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan
Reynolds Hamilton Graham Wallace West Cole Hayes Bryant Gibson Ellis Stevens Ford Marshall Owens McDonald Harrison
Woods Washington Kennedy Wells Henry Freeman Webb Tucker Burns Crawford Olson Simpson Porter Hunter Gordon Shaw Snyder
Mason Dixon Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Rose Stone Fox Warren Mills Meyer Rice Schmidt
        Daniels
Ferguson Nichols Stephens Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer Hawkins Arnold Pierce Hansen Peters
Hart Bradley Knight Elliott Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Berry Perkins Hoffman
Johnston Matthews Richards Willis Carpenter Lawrence Sims Lynch Watkins Wheeler Larson Carlson George Greene Burke
Lawson O'Brien O'Connor O'Neill O’Donnell D'Angelo McCarthy McKenzie Bishop Montgomery Jensen Harvey Fuller Jacobs
Gilbert Dean Banks Franklin Welch Garrett Fowler Burton Fields Obrien Day Schultz Oliver Moreau Newman Frazier
Little Bowman Brewer Fleming Silva Mann Norman Hopkins Barrett St._John Van_Dyke Le_Blanc Goodwin Holland Potter
Caldwell Lowe Reeves Hardy Cross Chandler Todd Blair Barton Cohen Goldstein Levine Kaplan Rosenberg Katz
"""

NAME_STARTS = """
Ash Black Brad Bran Bright Brook Burn Cald Chad Clay Clif Cott Crow Dal Den Dray East Ed Elm Fair Fal Farn Good Gran
Green Had Hal Ham Har Hart Hazel Heath Hol Hunt Ing Kel Kirk Lang Lin Lock Long Marsh Mel Mid Mor New Nor North Oak
Pem Pres Rad Red Rock Rush Sand Shel Sher South Stan Sten Stock Sut Thorn Tren Under Wal War Wel West Whit Win Wood
"""

NAME_ENDS = """
ard bank berg berry bourne brook bury by combe croft dale den don er ey feld field ford gate grove ham hart hill holt
house hurst ing kins land ley lin low man mark mer more mont pole port ridge rick sby shaw side son stead stein stock
stone strom ton tree vale ville wall ward water way well wick win wood worth wright yard
"""

US_GIRLS = """
Emma Olivia Ava Isabella Sophia Mia Charlotte Amelia Harper Evelyn Abigail Emily Ella Elizabeth Avery Madison Scarlett
Grace Chloe Lily Aria Riley Zoey Nora Hannah Layla Brooklyn Addison Zoe Penelope Leah Audrey Savannah Allison Samantha
Natalie Anna Skylar Claire Lucy Paisley Everly Caroline Nova Genesis Kennedy Aaliyah Maya Ruby Naomi Autumn Hailey
Gianna Sadie Piper Alice Quinn Jade Mackenzie Kaylee Rylee Jocelyn Mary_Ann Anne-Marie Ke'Asia De'Janae Nevaeh Imani
Destiny Ebony Kiara Tiana Zariah Amari Brielle Harmony Trinity Faith Journee Ivy Eden June Hazel Violet Stella Ellie
Rebecca Sarah Rachel Julia Molly Paige Morgan Sydney Jordan Taylor Alexis Kayla Lauren Megan Jessica Ashley Zuri
        Kamryn
"""

US_BOYS = """
Liam Noah William James Logan Benjamin Mason Elijah Oliver Jacob Lucas Michael Alexander Ethan Daniel Matthew Aiden
Henry Joseph Jackson Samuel Sebastian David Carter Wyatt Jayden John Owen Dylan Luke Gabriel Anthony Isaac Grayson
        Jack
Julian Levi Christopher Joshua Andrew Lincoln Mateo Ryan Jaxon Nathan Aaron Isaiah Thomas Charles Caleb Josiah
Christian Hunter Eli Jonathan Connor Landon Adrian Asher Cameron Leo Theodore Jeremiah Hudson Robert Easton Nolan
Nicholas Ezra Colton Angel Brayden Jordan Dominic Austin Ian Adam Elias Jaxson Greyson Jose Ezekiel Carson Evan
        Maverick
D'Andre Ja'Marcus De'Shawn Malik Jamal Tyrone Xavier Marcus Terrell Darius Jalen Kobe Billy_Joe John-Paul Micah Silas
"""

NAME_LISTS = (
    NameList(440, "W", "English", US_GIRLS, US_BOYS, US_SURNAMES),
    NameList(120, "B", "English", US_GIRLS, US_BOYS, US_SURNAMES),
    NameList(
        270,
        "W",
        "Spanish",
        """Sofía Isabella Camila Valentina Valeria Mariana Luciana Daniela Gabriela Victoria Martina Lucía Ximena Sara
        Samantha María_José Regina Natalia Ana Renata Alejandra Andrea Fernanda Emilia Paulina Itzel Guadalupe Yaretzi
        Esmeralda Jimena Ángela Belén Inés Noemí Rocío Zoé María Melissa Ashley Génesis Kimberly Daphne Perla Rubí""",
        """Santiago Mateo Sebastián Diego Matías Ángel Leonardo Daniel Emiliano Jesús Miguel David Alejandro José Luis
        Carlos Juan Juan_Carlos Gael Adrián Andrés Fernando Iker Joaquín Nicolás Tomás Martín Rodrigo Óscar Iván
        Julián
        Rubén Raúl Hugo Manuel Eduardo Ricardo Rafael Francisco Antonio Javier Jorge Pedro Ramón César Héctor
        Íñigo""",
        """García Rodríguez Hernández Martínez López González Pérez Sánchez Ramírez Torres Flores Rivera Gómez Díaz
        Reyes
        Cruz Morales Gutiérrez Ortiz Ramos Ruiz Chávez Mendoza Vásquez Álvarez Castillo Jiménez Moreno Romero Herrera
        Medina Aguilar Vargas Guzmán Castro Méndez Salazar Soto Ortega Núñez Vega Delgado Ríos Contreras Guerrero
        Sandoval Estrada Peña Muñoz Cabrera Campos Santos Domínguez Rojas Acosta Maldonado Ibáñez Pacheco Espinoza
        Valdez Cervantes Lara Fuentes Cárdenas Navarro Rosales Padilla Zúñiga Solís De_La_Cruz De_León Del_Río Ayala
        Nava Robles Trejo Ávila Velázquez Montoya Escobar Bautista Villanueva Quiñones Trujillo Barrera Olvera
        Báez""",
    ),
    NameList(
        50,
        "A",
        "Mandarin",
        "Mei Yan Xin Jing Lan Hui Ying Li-Na Grace Emily Chloe Linh Thảo Mai Hương Ngọc Ji-woo Seo-yeon Min-ji Ha-eun",
        "Wei Ming Jun Hao Jian Bo Kai Andrew Kevin Ethan Minh Đức Tuấn Khang Bảo Ji-ho Min-jun Seo-jun Hyun-woo Do",
        """Nguyễn Nguyen Chen Wang Li Zhang Liu Tran Trần Kim Lin Wu Huang Yang Park Pham Phạm Choi Zhao Xu Zhou Ho Lê
        Vũ
        Võ Huỳnh Đặng Bùi Đỗ Ngô Yu Kang Cho Lim Han Shin Ng Ko Hsu Tang Ma Hu Guo He Luo Song Xie Yao Tanaka Sato
        Suzuki
        Yamamoto Nakamura Kobayashi Lü Ōno Itō Xiong Vang Yang Lor Moua Santos Reyes Bautista Dela_Cruz Aquino""",
    ),
    NameList(
        45,
        "A",
        "Hindi",
        "Aisha Fatima Zainab Maryam Noor Hana Priya Ananya Diya "
        "Aadhya Saanvi Isha Kavya Meera Amina Salma Yasmin Leila",
        "Mohammed Ahmed Ali Omar Yusuf Ibrahim Arjun Aarav Vihaan "
        "Rohan Aditya Krishna Ishaan Hamza Bilal Tariq Karim Sami",
        """Patel Singh Khan Shah Ahmed Ali Kumar Hussain Sharma Gupta Reddy Rao Mehta Desai Iyer Nair Chowdhury Hassan
        Malik
        Syed Qureshi Sheikh Mohamed Abdi Omar Ibrahim Haddad Khoury Al-Sayed El-Amin Abdul-Rahman Bhatt Joshi Kapoor
        Verma Agarwal Banerjee Mukherjee Venkataraman Krishnamurthy Subramanian Balasubramanian Rahman Islam Begum""",
    ),
    NameList(
        36,
        "W",
        "Polish",
        "Zofia Łucja Małgorzata Zoë Chloé Élise Anaïs Søs Åsa "
        "Freja Björk Jörgina Márta Žaneta Šárka İpek Çiğdem Ștefania",
        "Łukasz Stanisław Jörg Søren Åke Jürgen François Renée Jean-Luc "
        "Étienne Žiga Šimon Ömer Çağlar Ștefan Þór Miloš Nuño",
        """Nowak Kowalski Wiśniewski Wójcik Lewandowski Zieliński Müller Schröder Größmann Weiß Jäger Køhler Sørensen
        Ångström Lindström Björklund Håkansson Jørgensen Novák Dvořák Procházka Černý Šimek Horvát Kovács Szabó Tóth
        Nagy
        Őry Popescu Ionescu Țepeș Yılmaz Demirağ Şahin Öztürk Çelik Beauséjour Lefèvre Gagné Côté D'Aoust L'Écuyer
        van_der_Berg von_Trapp de_Vries ten_Hoeve Þórsson Guðmundsdóttir Đorđević Ćosić Jovanović Petrović Gonçalves
        Conceição Simões dos_Santos Vella Żebbuġ Bērziņš Kalniņš Žukauskas Õunapuu Tamm""",
    ),
    NameList(
        18,
        "B",
        "Yoruba",
        "Amara Chioma Ngozi Adaeze Folake Ayomide Nia Wanjiru Achieng Abena Akosua Ama Hodan Selam Tigist Makeda Zola",
        "Chidi Emeka Tunde Kwame Kofi Kwabena Oluwaseun Babatunde Abebe Dawit Tesfaye Kamau Otieno Sipho Thabo Bheki",
        """Okafor Adeyemi Okonkwo Mensah Owusu Boateng Diallo Traoré Koné N'Diaye M'Baye Ouédraogo Tesfaye Gebremariam
        Haile Mwangi Kamau Otieno Nkosi Dlamini Oyelaran-Oyeyinka Chukwuemeka Eze Nwosu Balogun Abubakar
        Jean-Baptiste""",
    ),
    NameList(
        9,
        "P",
        "Hawaiian",
        "Leilani Kalea Moana Noelani Anahera Sina Tiva Winona Aiyana Ha'unani Ka'iulani",
        "Kai Keanu Makoa Kāne Tāne Sione Tevita Mato Ahiga Ikaika Kaʻeo",
        """Kealoha Kahananui Ka'ana'ana Kamakawiwoʻole Tuiasosopo Faleomavaega Tupou Leota Begay Yazzie Tsosie Benally
        Nez
        Manygoats Whitehorse Two_Bulls Iron_Cloud Lono Māhoe Ngāta""",
    ),
    NameList(
        2,
        "A",
        "Chinese",
        "小红 丽 芳 娜 敏 静 雨桐 欣怡",
        "伟 小明 强 磊 军 浩然 子轩 宇",
        "李 王 张 刘 陈 杨 赵 黄 周 欧阳",
    ),
    NameList(
        2,
        "W",
        "Arabic",
        "فاطمة مريم عائشة نور ليلى سارة",
        "محمد أحمد علي عمر يوسف حسن",
        "الأحمد حداد خوري النجار العلي عبد_الله",
    ),
    NameList(
        2,
        "W",
        "Russian",
        "Мария Анна София Дарья Юлія Оксана",
        "Иван Дмитрий Алексей Максим Тарас Андрій",
        "Шевченко Коваленко Ткаченко Черных Гончаренко Мельник",
    ),
    NameList(1, "A", "Korean", "지우 서연 민지 하은 수빈", "지호 민준 서준 현우 도윤", "김 이 박 최 정 강 조"),
    NameList(1, "A", "Japanese", "さくら 陽菜 結衣 美咲", "翔太 蓮 大輝 悠真", "佐藤 鈴木 高橋 田中 渡辺"),
    NameList(1, "A", "Hindi", "प्रिया अनन्या दिव्या मीरा", "अर्जुन आरव रोहन आदित्य", "शर्मा पटेल सिंह गुप्ता"),
    NameList(1, "W", "Greek", "Ελένη Μαρία Κατερίνα", "Γιώργος Νίκος Δημήτρης", "Παπαδόπουλος Οικονόμου Αγγελής"),
    NameList(1, "W", "Hebrew", "נועה תמר שירה", "נועם דוד יוסף", "כהן לוי מזרחי פרץ"),
    NameList(1, "B", "Amharic", "ሰላም ትዕግስት ሄለን", "ዳዊት አበበ ተስፋዬ", "ኃይሌ ገብረማርያም በቀለ"),
)


def names_in(text: str) -> list[str]:
    """The names of a text: blanks part them, ``_`` is a blank within one."""
    return [name.replace("_", " ") for name in text.split()]


LONG_FIRST = (
    "Hubert-Blaine-Wolfeschlegelstein",
    "Maria-Alexandrina-Theodora-Josephine",
    "Oluwatimilehinoluwaseyifunmi",
)
LONG_LAST = (
    "Keihanaikukauakahihuliheekahaunaele",
    "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
    "Ratnayake Mudiyanselage Wickramasinghe Bandaranayake",
    "Uvuvwevwevwe-Onyetenyevwe-Ugwemubwem",
)
ONE_LETTER = ("O", "E", "Y", "A", "U")
SUFFIXES = ("Jr.", "Jr.", "Jr.", "III", "III", "II", "IV", "Sr.")
